"""An axis between any two values: ends and ticks that are round, labels that do not touch, a memory against jumping."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Optional

from edgetop.widgets.scale import Scale, round_up

LADDER = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
"""Ends of a decade of a logarithmic axis."""
TICKS = ((1.0, 1.5, 2.0, 3.0, 5.0, 7.0), (1.0, 2.0, 5.0), (1.0,))
LADDER_FROM = 3.0
"""A logarithmic axis shorter than this factor has ticks a step apart, as a linear one."""
STEPS = 5
KEPT_FROM = 0.4
"""An axis is kept as long as its values fill such a share of it."""
GAP = 2
"""Cells between two labels."""


def fitted(low: float, high: float, *, log: bool) -> Scale:
    """The axis with round ends that holds both; both are above 0 where it is logarithmic."""
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = 0.05 * (abs(high) or 1.0)
        low, high = low - margin, high + margin
    if log and high / low > LADDER_FROM:
        return Scale(_rung_below(low), _rung_above(high), log=True)
    step = round_up((high - low) / STEPS)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, log=log)


def kept(current: Optional[Scale], low: float, high: float, *, log: bool) -> Scale:
    """``current`` as long as it holds both values well, else the one that fits."""
    if current is None or current.log != log or low < current.low or high > current.high:
        return fitted(low, high, log=log)
    filled = current.position(high) - current.position(low)
    return current if filled >= KEPT_FROM else fitted(low, high, log=log)


def _power(value: float) -> float:
    return 10.0 ** math.floor(math.log10(value) + 1e-9)


def _rung_below(value: float) -> float:
    power = _power(value)
    return max(rung * power for rung in LADDER if rung * power <= value * (1 + 1e-9))


def _rung_above(value: float) -> float:
    power = _power(value)
    return min(rung * power for rung in LADDER if rung * power >= value * (1 - 1e-9))


def ticks(scale: Scale, count: int) -> tuple[float, ...]:
    """At most ``count`` round values from end to end, as many as that allows; ``count`` is 2 or more."""
    if scale.log and scale.high / scale.low > LADDER_FROM:
        first, last = math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high))
        for rungs in TICKS:
            values = [rung * 10.0**power for power in range(first, last + 1) for rung in rungs]
            inside = [v for v in values if scale.low * (1 - 1e-9) <= v <= scale.high * (1 + 1e-9)]
            if len(inside) <= count:
                return tuple(inside)
        return (scale.low, scale.high)
    step = round_up((scale.high - scale.low) / (count + 1))
    while len(found := _multiples(scale, step)) > count:
        step = round_up(step * 1.5)
    return found


def _multiples(scale: Scale, step: float) -> tuple[float, ...]:
    start, end = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return tuple(place * step for place in range(start, end + 1))


def labelled(
    scale: Scale, width: int, values: Sequence[float], write: Callable[[float], str], wanted: Optional[float] = None
) -> str:
    """A line of ``width`` cells with each value's text around its place; what would touch another one is left out, but
    ``wanted`` is always there."""
    line = [" "] * width
    for value in sorted(set(values), key=lambda each: (each != wanted, each)):
        text = write(value)
        at = min(max(0, cell(scale, width, value) - len(text) // 2), width - len(text))
        if at >= 0 and not "".join(line[max(0, at - GAP) : at + len(text) + GAP]).strip():
            line[at : at + len(text)] = text
    return "".join(line)


def cell(scale: Scale, width: int, value: float) -> int:
    """The cell of ``width`` in which a value lies."""
    return round(scale.position(value) * (width - 1))
