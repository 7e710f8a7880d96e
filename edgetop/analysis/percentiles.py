"""Nearest-rank percentiles of whole nanoseconds, and how many samples each needs."""

from __future__ import annotations

import math
from typing import Union

import numpy as np
import numpy.typing as npt

from edgetop.readings import Missing
from edgetop.samples import Int64s

CONFIDENCE = 0.99


def median(values: Union[Int64s, npt.NDArray[np.float64]]) -> float:
    """As numpy's, to the last digit, of some values without nan; in a tenth of the time where they are few."""
    ordered = np.sort(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (float(ordered[middle - 1]) + float(ordered[middle])) / 2


def minimum_count(percent: float) -> int:
    """Fewest samples for which a percentile means something: the chance that none lies above it is under 1 %.

    n >= ln(1 - 0.99) / ln(percent / 100), so 7 for p50, 44 for p90, 459 for p99.
    """
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(percent / 100))


def nearest_rank(values: Int64s, percents: tuple[float, ...]) -> list[Union[int, Missing]]:
    """The percentiles of ``values`` (any order): the smallest value with at least that share at or below it."""
    count = len(values)
    ranks = [max(0, math.ceil(percent / 100 * count) - 1) for percent in percents]
    ready = [count >= minimum_count(percent) for percent in percents]
    if not any(ready):
        return [Missing(f"needs {minimum_count(p)} inferences, has {count}") for p in percents]
    ordered = np.partition(values, sorted({rank for rank, ok in zip(ranks, ready) if ok}))
    return [
        int(ordered[rank]) if ok else Missing(f"needs {minimum_count(percent)} inferences, has {count}")
        for percent, rank, ok in zip(percents, ranks, ready)
    ]
