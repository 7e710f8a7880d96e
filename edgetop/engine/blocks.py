"""One run's blocks: the median latency of each of its turns, by the sweep in which it had it, and of its time alone."""

from __future__ import annotations

from collections import deque

import numpy as np

from edgetop.analysis.stretches import Stretches
from edgetop.readings import Figure, Missing
from edgetop.samples import SET_ASIDE, Event, Samples, join_samples

LATE_NS = 1_000_000_000
"""So long after a turn all of its samples have been drained."""
NOT_ALONE = Missing("it was not measured alone")
SETTLE = 2
"""Inferences alone that find caches another run has filled."""


class Blocks:
    """Takes in samples and turns in order of time; ``settle`` makes blocks of the turns whose samples are all there."""

    def __init__(self) -> None:
        self.raw: dict[int, float] = {}
        """Sweep to nanoseconds."""
        self.corrected: dict[int, float] = {}
        """The same, less what each inference waited for a core."""
        self.alone_ns: Figure = NOT_ALONE
        """Median of unbroken inferences, before the turns."""
        self._spans: dict[int, tuple[int, int]] = {}
        self._pending: list[Samples] = []
        self._stretches: deque[tuple[str, int, int, int]] = deque()
        self._turns = 0

    def add_samples(self, samples: Samples) -> None:
        """Take in samples, those that are set aside too."""
        self._pending.append(samples)

    def add_event(self, event: Event) -> None:
        """Take in a turn, or the time alone."""
        sweep = event.data.get("sweep", self._turns)  # older sessions do not tell: turns then pair by their order
        self._turns += event.kind == "turn"
        self._stretches.append((event.kind, sweep, event.data["start_ns"], event.data["end_ns"]))

    def settle(self, until_ns: int, *, final: bool) -> None:
        """Make blocks of all turns that ended long enough before ``until_ns``, or of all."""
        ready = [one for one in self._stretches if final or one[3] + LATE_NS <= until_ns]
        if not ready:
            return
        samples = join_samples(self._pending) if self._pending else Samples()
        for kind, sweep, start_ns, end_ns in ready:
            low, high = np.searchsorted(samples.start_ns, (start_ns, end_ns))
            self._make(kind, sweep, samples[int(low) : int(high)])
            if sweep in self.raw and kind == "turn":
                self._spans[sweep] = start_ns, end_ns - start_ns
            self._stretches.popleft()
        self._pending = [samples[int(np.searchsorted(samples.start_ns, ready[-1][3])) :]]

    def leave_out(self, throttled: Stretches) -> None:
        """Forget the turns that a stretch touches."""
        if not throttled.spans or not self._spans:
            return
        sweeps = sorted(self._spans)
        starts, durations = np.array([self._spans[sweep] for sweep in sweeps], np.int64).T
        for place in throttled.inside(starts, durations).tolist():
            for kept in (self._spans, self.raw, self.corrected):
                kept.pop(sweeps[place], None)

    def _make(self, kind: str, sweep: int, samples: Samples) -> None:
        if kind == "alone":
            if len(samples) > SETTLE:
                self.alone_ns = float(np.median(samples.duration_ns[SETTLE:]))
            return
        steady = (samples.flags & SET_ASIDE) == 0
        if steady.any():
            durations = samples.duration_ns[steady]
            self.raw[sweep] = max(1.0, float(np.median(durations)))
            self.corrected[sweep] = max(1.0, float(np.median(durations - samples.wait_ns[steady])))
