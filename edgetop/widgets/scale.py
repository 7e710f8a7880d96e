"""The vertical axis of a chart: round ends and ticks, and a memory so that it does not jump with every sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional

LOG_FROM = 25.0
"""Series further apart than this factor get a logarithmic axis, or the fast ones would lie on the floor."""
LOG_UNTIL = 12.0
SHRINK_BELOW = 0.45
"""A scale is kept until its values need less than this share of it."""
PEAK_SHARE = 1.25
"""Single peaks stretch a scale to at most so many times its highest mean; higher ones touch the ceiling."""


def round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten, from ``value`` > 0 upwards."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if value <= step * power * (1 + 1e-9))


def round_down(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten, from ``value`` > 0 downwards."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(step * power for step in (5.0, 2.0, 1.0) if value >= step * power * (1 - 1e-9))


@dataclass(frozen=True)
class Extent:
    """What has to be shown: the least and greatest mean, and the highest single value; all > 0."""

    low: float
    high: float
    peak: float

    @property
    def top(self) -> float:
        """How far up the axis has to reach."""
        return max(self.high * 1.05, min(self.peak, self.high * PEAK_SHARE))


@dataclass(frozen=True)
class Scale:
    """An axis from ``low`` to ``high``, linear from 0 or logarithmic."""

    low: float
    high: float
    log: bool = False

    def position(self, value: float) -> float:
        """Where ``value`` lies: 0 at the floor, 1 at the ceiling, never outside."""
        if self.log:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))

    def ticks(self, count: int) -> tuple[float, ...]:
        """At most ``count`` + 1 round values from floor to ceiling, for ``count`` >= 1."""
        if self.log:
            return self._log_ticks(count)
        step = round_up(self.high / count)
        if step > self.high:
            return (0.0, self.high)
        return tuple(step * i for i in range(int(self.high / step + 1e-9) + 1))

    def _log_ticks(self, count: int) -> tuple[float, ...]:
        first, last = math.floor(math.log10(self.low) + 1e-9), math.ceil(math.log10(self.high) - 1e-9)
        for steps in ((1.0, 2.0, 5.0), (1.0,)):
            values = [step * 10.0**power for power in range(first, last + 1) for step in steps]
            inside = [v for v in values if self.low * (1 + 1e-9) < v < self.high * (1 - 1e-9)]
            if len(inside) + 2 <= count + 1:
                return (self.low, *inside, self.high)
        return (self.low, self.high)


def wanted_scale(extent: Extent, log: bool) -> Scale:
    """The scale that fits ``extent`` best when nothing was drawn before."""
    if log:
        return Scale(round_down(extent.low), round_up(extent.top), log=True)
    step = round_up(extent.top / 5)
    return Scale(0.0, math.ceil(extent.top / step - 1e-9) * step)


def next_scale(current: Optional[Scale], extent: Extent) -> Scale:
    """``current`` as long as it serves, else the scale that fits; it grows at once and shrinks late."""
    apart = extent.high / extent.low
    log = apart > (LOG_UNTIL if current is not None and current.log else LOG_FROM)
    wanted = wanted_scale(extent, log)
    if current is None or current.log != log or extent.top > current.high:
        return wanted
    if log:
        roomy = current.low < wanted.low / 4 or current.high > wanted.high * 4
        return wanted if extent.low < current.low or roomy else current
    return wanted if extent.top < current.high * SHRINK_BELOW else current


def tick_labels(ticks: tuple[float, ...], write: Callable[[float, int], str]) -> tuple[str, ...]:
    """The ticks as text with the fewest digits that tell them exactly; ``write`` takes a value and digits."""
    return tuple("0" if tick == 0 else _shortest(tick, write) for tick in ticks)


def _shortest(value: float, write: Callable[[float, int], str]) -> str:
    number, unit = write(value, 6).split(" ", 1)
    for digits in range(1, 6):
        text = write(value, digits)
        if text.split(" ", 1) == [text.split(" ", 1)[0], unit] and float(text.split(" ", 1)[0]) == float(number):
            return text
    return write(value, 6)
