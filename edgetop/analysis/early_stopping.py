"""LoadGen's early-stopping estimate of a percentile, and the result of a stream of single queries by MLPerf's rules.

An estimate from few queries is too low as often as it is too high. Early stopping gives one that is no less than the
true percentile with a probability of 99 %: it drops only so many of the highest latencies as could lie above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from edgetop.readings import Figure, Missing
from edgetop.samples import Int64s

CONFIDENCE = 0.99
SINGLE_STREAM = 0.9
"""The percentile, as a share, that a stream of single queries is judged by."""
LEAST_S = 60.0
"""So long such a stream lasts at least."""


def dropped(count: int, share: float) -> int:
    """The largest t for which at most t of ``count`` latencies lie above the percentile with a probability of 1 %.

    -1 where not even t = 0 is so improbable: there are too few.
    """
    # Successive terms of the binomial distribution by their ratios, as logarithms: of many queries the first ones are
    # too small for a float. t lies below the mean, so that the terms up to it are enough.
    k = np.arange(int(count * (1 - share)) + 1)
    ratios = np.log((count - k) / (k + 1) * ((1 - share) / share))
    terms = np.exp(count * math.log(share) + np.concatenate(([0.0], np.cumsum(ratios))))
    return int(np.searchsorted(np.cumsum(terms), 1 - CONFIDENCE, side="right")) - 1


@lru_cache(maxsize=8)
def least_count(share: float) -> int:
    """Fewest latencies for which there is an estimate: 64 for the 90th percentile, 662 for the 99th."""
    count = 1
    while dropped(count, share) < 1:
        count += 1
    return count


def early_stop(durations: Int64s, share: float = SINGLE_STREAM) -> Figure:
    """The estimate of a percentile of latencies in any order, in their unit; Missing for too few of them."""
    count = len(durations)
    if count < least_count(share):
        return Missing(f"needs {least_count(share)} inferences, has {count}")
    rank = count - dropped(count, share)
    return int(np.partition(durations, rank)[rank])


@dataclass(frozen=True)
class SingleStream:
    """A run as MLPerf's SingleStream has it: one query after another, judged by the 90th percentile."""

    p90_ns: Figure
    """The early-stopping estimate."""
    queries: int
    seconds: float
    """The sum of all latencies."""
    reasons: tuple[str, ...] = ()
    """Why it is no valid result."""

    @property
    def valid(self) -> bool:
        """Whether the rules are kept."""
        return not self.reasons


def single_stream(p90_ns: Figure, queries: int, mean_ns: Figure, lost: int = 0, left_out: int = 0) -> SingleStream:
    """The result of ``queries`` latencies with that estimate and mean, where others are ``lost`` or ``left_out``."""
    seconds = 0.0 if isinstance(mean_ns, Missing) else queries * mean_ns / 1e9
    least = least_count(SINGLE_STREAM)
    reasons = []
    if queries < least:
        reasons.append(f"{queries} queries of at least {least}")
    if seconds < LEAST_S:
        reasons.append(f"{seconds:.1f} s of at least {LEAST_S:g} s")
    if lost:
        reasons.append(f"the latencies of {lost} queries are lost")
    if left_out:
        reasons.append(f"{left_out} queries are left out, since the board throttled")
    return SingleStream(p90_ns, queries, seconds, tuple(reasons))
