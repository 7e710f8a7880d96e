"""The axes of a report's charts: where a value stands, which values are written beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from edgetop import units
from edgetop.sessions.report.content import Chart

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
LOG_FROM = 20.0
"""Times between smallest and largest latency from which their scale is logarithmic."""


@dataclass(frozen=True)
class Axis:
    """A scale of values, from below to above."""

    low: float
    high: float
    log: bool
    unit: str

    def place(self, value: float) -> float:
        """From 0 at the bottom to 1 at the top."""
        if self.log:
            return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Values with their text, some five of them."""
        values = _decades(self.low, self.high) if self.log else _steps(self.low, self.high, self.unit)
        return [(value, _short(value, self.unit)) for value in values]


def axis(charts: Sequence[Chart]) -> Axis:
    """One scale for charts of the same quantity, so that they compare; they have a curve at least."""
    curves = [curve for chart in charts for curve in chart.curves]
    low = min(min(curve.low) for curve in curves)
    high = max(max(curve.high) for curve in curves)
    unit = charts[0].unit
    if unit == "ns" and low > 0 and high / low > LOG_FROM:
        return Axis(low * 0.9, high * 1.1, True, unit)
    span = high - low
    bottom = low - 0.1 * span if unit == "°C" else min(0.0, low)
    top = high + 0.08 * (high - bottom)
    return Axis(bottom, top if top > bottom else bottom + 1.0, False, unit)


def _steps(low: float, high: float, unit: str) -> list[float]:
    base = 1024.0 if unit == "B" else 1.0
    factor = base ** math.floor(math.log(max(high, 1.0), base)) if base > 1 else 1.0
    rough = (high - low) / factor / 4.5
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(d for d in (1, 2, 5, 10) if d * decade >= rough) * decade * factor
    return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = (1, 2, 5) if last - first <= 3 else (1,)
    return [d * 10.0**k for k in range(first, last + 1) for d in digits if low <= d * 10.0**k <= high]


def _short(value: float, unit: str) -> str:
    """Without the zeros that a reading has for its precision: ``10 ms``; nothing has no unit."""
    if value == 0:
        return "0"
    number, _, rest = units.quantity(value, unit).partition(" ")
    return f"{float(number):g} {rest}".strip()


def moments(duration_s: float) -> list[tuple[float, str]]:
    """Seconds to write below a time axis, with their text."""
    step = next((step for step in _STEPS_S if duration_s / step <= 8), duration_s / 8)
    return [(n * step, moment(n * step, step)) for n in range(int(duration_s / step) + 1)]


def moment(t_s: float, step_s: float = 1.0) -> str:
    """``1:02``, with a tenth where steps are that short."""
    text = units.clock_time(round(t_s * 10) * 100_000_000)
    return text if step_s < 1 else text[:-2]
