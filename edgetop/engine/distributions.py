"""How each run's latencies are spread, for as long as a screen asks for it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from edgetop.engine.feed import Sum
from edgetop.engine.figures import ALWAYS_BELOW, GROWTH
from edgetop.protocol import SHARES_A_DECADE, Distribution
from edgetop.samples import Int64s

PERIOD_S = 1.0
SHOWN = 0.995
"""The share of inferences that the bins hold at least: the slowest few would squeeze all others into one bin."""
STEPS = 8


class Distributions:
    """What a screen has asked for, and what it was told last; costs nothing while none asks."""

    def __init__(self) -> None:
        self._bins = 0
        self._next_s = 0.0
        self._told: dict[int, int] = {}

    def ask(self, bins: int) -> None:
        """In so many bins from now on; 0 no longer."""
        self._bins, self._next_s = bins, 0.0
        self._told.clear()

    def due(self, aggregate: Sum, *, final: bool = False) -> Iterable[Distribution]:
        """Those of the runs that have changed, once a second; each sorts all samples, hence as seldom as statistics."""
        now_s = time.monotonic()
        if not self._bins or (now_s < self._next_s and not final):
            return
        self._next_s = now_s + PERIOD_S
        for run, durations, each in aggregate.latencies():
            told, count = self._told.get(run), round(len(durations) * each)
            few = final or count < ALWAYS_BELOW
            if told is None or (told != count if few else not told <= count <= told * GROWTH):
                self._told[run] = count
                yield replace(distribution(run, durations, self._bins), of=count)

    def undo(self, run: int) -> None:
        """What was told of a run did not reach the screen."""
        self._told.pop(run, None)


def distribution(run: int, durations: Int64s, bins: int) -> Distribution:
    """Counts in ``bins`` equal steps of time, and the least latency that each share of the inferences stays within.

    Nearest rank, as the percentiles in the table.
    """
    count = len(durations)
    if not count:
        return Distribution(run)
    ordered = np.sort(durations)
    low, high = _round_ends(int(ordered[0]), int(ordered[math.ceil(SHOWN * count) - 1]))
    edges = np.linspace(low, high, bins + 1)
    below = np.searchsorted(ordered, edges, side="left")
    below[-1] = np.searchsorted(ordered, high, side="right")
    shares = 1 - 10.0 ** (-np.arange(math.floor(math.log10(count) * SHARES_A_DECADE) + 1) / SHARES_A_DECADE)
    ranks = np.maximum(np.ceil(shares * count - 1e-9).astype(np.int64) - 1, 0)
    return Distribution(
        run,
        count=count,
        of=count,
        low_ns=low,
        high_ns=high,
        counts=tuple(np.diff(below).tolist()),
        above=count - int(below[-1]),
        within_ns=tuple(ordered[ranks].tolist()),
        max_ns=int(ordered[-1]),
    )


def _round_ends(least: int, most: int) -> tuple[float, float]:
    """Round numbers below and above, which stay as they are while samples come."""
    rough = max((most - least) / STEPS, most * 1e-4, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if rough <= factor * power)
    low, high = math.floor(least / step) * step, math.ceil(most / step) * step
    return low, high if high > low else low + step
