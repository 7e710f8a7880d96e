"""Stretches of time in which the board throttled or its supply was low, and the inferences that ran in them."""

from __future__ import annotations

import numpy as np

from edgetop.samples import Int64s

STILL = 1 << 62
"""The end of a stretch that goes on."""


class Stretches:
    """What readings of ``throttle.now`` tell, in order of time: a stretch reaches from the last reading that was clear
    before it, since it may have begun just then, to the first that is clear again."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        """Start and end of each in nanoseconds; the last may be STILL going on."""
        self._clear_ns = 0

    def add(self, t_ns: Int64s, bits: Int64s) -> None:
        """Take in readings: any bit that is set makes a stretch."""
        for moment, value in zip(t_ns.tolist(), bits.tolist()):
            going_on = bool(self.spans) and self.spans[-1][1] == STILL
            if value and not going_on:
                self.spans.append((self._clear_ns or moment, STILL))
            elif not value and going_on:
                self.spans[-1] = (self.spans[-1][0], moment)
            if not value:
                self._clear_ns = moment

    def inside(self, starts: Int64s, durations: Int64s) -> Int64s:
        """Places of the inferences that ran in a stretch, if only in part; ``starts`` ascend."""
        if not self.spans:
            return np.empty(0, np.int64)
        ends = starts + durations
        begin, end = np.array(self.spans, np.int64).T
        lows, highs = np.searchsorted(ends, begin, "right"), np.searchsorted(starts, end, "left")
        # One inference may touch two stretches.
        places: Int64s = np.unique(np.concatenate([np.arange(low, high) for low, high in zip(lows, highs)]))
        return places

    def touch(self, start_ns: int, end_ns: int) -> bool:
        """Whether a stretch reaches into this one."""
        return any(begin < end_ns and end > start_ns for begin, end in self.spans)
