"""One run's blocks: the median latency of each of its turns, by the sweep in which it had it, and of its time alone."""

from __future__ import annotations

from collections import deque
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from edgetop.analysis.stretches import Stretches
from edgetop.engine.series import GrowingArray
from edgetop.readings import Figure, Missing
from edgetop.samples import SET_ASIDE, Event, Int64s, Samples, join_samples

LATE_NS = 1_000_000_000
"""So long after a turn all of its samples have been drained."""
NOT_ALONE = Missing("it was not measured alone")
SETTLE = 2
"""Inferences alone that find caches another run has filled."""


class Blocks:
    """Takes in samples and turns in order of time; ``settle`` makes blocks of the turns whose samples are all there."""

    def __init__(self) -> None:
        self.alone_ns: Figure = NOT_ALONE
        """Median of unbroken inferences, before the turns."""
        self._sweeps, self._starts, self._lengths = GrowingArray(), GrowingArray(), GrowingArray()
        self._raw, self._corrected = GrowingArray(np.float64), GrowingArray(np.float64)
        self._left_out: Optional[Stretches] = None
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
            self._make(kind, sweep, (start_ns, end_ns), samples[int(low) : int(high)])
            self._stretches.popleft()
        self._pending = [samples[int(np.searchsorted(samples.start_ns, ready[-1][3])) :]]

    def __len__(self) -> int:
        return len(self._kept(self._sweeps))

    @property
    def raw(self) -> dict[int, float]:
        """Sweep to the median in nanoseconds."""
        return dict(zip(self._kept(self._sweeps).tolist(), self._kept(self._raw).tolist()))

    @property
    def corrected(self) -> dict[int, float]:
        """The same, less what each inference waited for a core."""
        return dict(zip(self._kept(self._sweeps).tolist(), self._kept(self._corrected).tolist()))

    def _kept(self, values: GrowingArray) -> npt.NDArray[Any]:
        """Of a value of each block those that no stretch makes us leave out."""
        if self._left_out is None or not self._left_out.spans:
            return values.view()
        return np.delete(values.view(), self._left_out.inside(self._starts.view(), self._lengths.view()))

    def leave_out(self, throttled: Stretches) -> None:
        """Leave out the turns that a stretch touches, from now on."""
        self._left_out = throttled

    def _make(self, kind: str, sweep: int, span: tuple[int, int], samples: Samples) -> None:
        if kind == "alone":
            if len(samples) > SETTLE:
                self.alone_ns = float(np.median(samples.duration_ns[SETTLE:]))
            return
        steady = (samples.flags & SET_ASIDE) == 0
        if steady.any():
            durations = samples.duration_ns[steady]
            self._raw.extend(_block(durations))
            self._corrected.extend(_block(durations - samples.wait_ns[steady]))
            for kept, number in ((self._sweeps, sweep), (self._starts, span[0]), (self._lengths, span[1] - span[0])):
                kept.extend(np.array([number], np.int64))


def _block(durations: Int64s) -> npt.NDArray[np.float64]:
    return np.array([max(1.0, float(np.median(durations)))])
