"""The way back in a replay: aggregates as they stood at some moments, and the reading ahead that makes them.

A table at a moment needs every sample before it. The copies share what they have in common, so that hundreds of them
take little more room than one. They are a quarter of a minute apart, in a longer session twice as long, and so on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Optional

from edgetop.clock import SECOND_NS, now_ns
from edgetop.engine.feed import Sum
from edgetop.samples import SHOWN_ONCE, Batch, Event

APART_NS = 15 * SECOND_NS
MOST = 512
STEP_NS = 10 * SECOND_NS
"""So much is read ahead at once: a few milliseconds."""


class Checkpoints:
    """Copies of an aggregate, in order of time since the session's start, the first one empty."""

    def __init__(self, first: Sum) -> None:
        self._apart_ns = APART_NS
        self._moments = [0]
        self._copies = [first.copy()]

    @property
    def newest_ns(self) -> int:
        """The moment of the last one."""
        return self._moments[-1]

    def note(self, t_ns: int, aggregate: Sum) -> None:
        """Keep a copy of what stands at a moment, where the last one is long enough ago."""
        if t_ns >= self._moments[-1] + self._apart_ns:
            self._moments.append(t_ns)
            self._copies.append(aggregate.copy())
        if len(self._moments) > MOST:
            self._apart_ns *= 2
            del self._moments[1::2], self._copies[1::2]

    def moment_before(self, t_ns: int) -> int:
        """The moment of the last one at or before a moment."""
        return self._moments[self._place(t_ns)]

    def before(self, t_ns: int) -> Sum:
        """An aggregate to go on from, as it stood then."""
        return self._copies[self._place(t_ns)].copy()

    def _place(self, t_ns: int) -> int:
        return max(0, bisect_right(self._moments, t_ns) - 1)


class ReadAhead:
    """Reads a session from its start to its end, a little at a time, and leaves checkpoints behind."""

    def __init__(self, checkpoints: Checkpoints, read: Callable[[int, int], Batch]) -> None:
        self._checkpoints = checkpoints
        self._read = read
        self._aggregate = checkpoints.before(0)
        self.at_ns = 0
        """How far it has come."""
        self.shown_once: dict[tuple[str, Optional[int]], Event] = {}
        """The newest picture, and the newest operators of each run: a seek that goes past them is to show them."""

    def go_on(self, for_ns: int, until_ns: int) -> None:
        """Read for so long at most, and no further than to a moment; where the replay was faster, from there."""
        if self._checkpoints.newest_ns > self.at_ns:
            self.at_ns = self._checkpoints.newest_ns
            self._aggregate = self._checkpoints.before(self.at_ns)
        begun_ns = now_ns()
        while self.at_ns < until_ns and now_ns() - begun_ns < for_ns:
            end_ns = min(self.at_ns + STEP_NS, until_ns)
            batch = self._read(self.at_ns, end_ns)
            self.shown_once.update(((each.kind, each.run), each) for each in batch.events if each.kind in SHOWN_ONCE)
            self._aggregate.add(batch)
            self._aggregate.settle()
            self.at_ns = end_ns
            self._checkpoints.note(end_ns, self._aggregate)
