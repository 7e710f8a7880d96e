"""The ratio of two figures that were measured apart, in two sessions, and its 95 % interval.

Of medians A and B with 95 % half-intervals a and b by batch means (``intervals.batch_means``), independent of each
other, the logarithm of B / A has the half-interval sqrt((a / A)^2 + (b / B)^2), by the delta method. It tells of the
scatter within each session alone. What was otherwise between the two (warmth, other work, another day) is in the ratio
and not in its interval: runs in turns within one session are surer.
"""

from __future__ import annotations

from typing import Union

from edgetop.analysis.comparison import Ratio, of_quantities
from edgetop.readings import Figure, Missing

Interval = Union[tuple[float, float], Missing]


def of_intervals(first: Figure, first_ci95: Interval, second: Figure, second_ci95: Interval) -> Union[Ratio, Missing]:
    """How many times as much the second is, of two figures above zero with their 95 % intervals; or what is missing."""
    for value in (first, second, first_ci95, second_ci95):
        if isinstance(value, Missing):
            return value
    assert not isinstance(first, Missing) and not isinstance(second, Missing)
    assert not isinstance(first_ci95, Missing) and not isinstance(second_ci95, Missing)
    if first <= 0 or second <= 0:
        return Missing("a figure is not above zero")
    halves = [(high - low) / 2 for low, high in (first_ci95, second_ci95)]
    return of_quantities((first, halves[0]), (second, halves[1]))
