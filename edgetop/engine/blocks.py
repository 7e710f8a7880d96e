"""One run's blocks: the median latency of each of its turns, by the sweep in which it had it, and of its time alone."""

from __future__ import annotations

from collections import deque
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from edgetop.analysis.percentiles import median
from edgetop.analysis.stretches import Stretches
from edgetop.engine.chosen import Chosen
from edgetop.readings import Figure, Missing
from edgetop.samples import SET_ASIDE, Event, Int64s, Samples, join_samples

LATE_NS = 1_000_000_000
"""So long after a turn all of its samples have been drained."""
NOT_ALONE = Missing("it was not measured alone")
MOST = 1 << 16
"""Of more blocks than so many some are chosen, by their sweep: the same ones of every run, so that they still pair."""
SETTLE = 2
"""Inferences alone that find caches another run has filled."""
_SWEEP, _START, _LENGTH, _RAW, _CORRECTED = range(5)


class Blocks:
    """Takes in samples and turns in order of time; ``settle`` makes blocks of the turns whose samples are all there."""

    def __init__(self) -> None:
        self.alone_ns: Figure = NOT_ALONE
        """Median of unbroken inferences, before the turns."""
        self._blocks = Chosen(MOST, np.int64, np.int64, np.int64, np.float64, np.float64)
        """Of each: its sweep, start and length, the median, and the same less what each inference waited."""
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
        edges = np.searchsorted(samples.start_ns, [one[2:] for one in ready]).tolist()
        made = [self._made(*one, samples[low:high]) for one, (low, high) in zip(ready, edges)]
        for _ in ready:
            self._stretches.popleft()
        rows = [row for row in made if row is not None]
        if rows:
            self._blocks.extend(*map(np.array, zip(*rows)))
        self._pending = [samples[int(np.searchsorted(samples.start_ns, ready[-1][3])) :]]

    def __len__(self) -> int:
        return round(len(self._kept(_SWEEP)) * self._blocks.each)

    @property
    def raw(self) -> dict[int, float]:
        """Sweep to the median in nanoseconds."""
        return dict(zip(self._kept(_SWEEP).tolist(), self._kept(_RAW).tolist()))

    @property
    def corrected(self) -> dict[int, float]:
        """The same, less what each inference waited for a core."""
        return dict(zip(self._kept(_SWEEP).tolist(), self._kept(_CORRECTED).tolist()))

    def _kept(self, place: int) -> npt.NDArray[Any]:
        """Of a value of each block those that no stretch makes us leave out."""
        columns = self._blocks.columns
        if self._left_out is None or not self._left_out.spans:
            return columns[place]
        return np.delete(columns[place], self._left_out.inside(columns[_START], columns[_LENGTH]))

    def leave_out(self, throttled: Stretches) -> None:
        """Leave out the turns that a stretch touches, from now on."""
        self._left_out = throttled

    def _made(
        self, kind: str, sweep: int, start_ns: int, end_ns: int, samples: Samples
    ) -> Optional[tuple[int, int, int, float, float]]:
        if kind == "alone":
            if len(samples) > SETTLE:
                self.alone_ns = median(samples.duration_ns[SETTLE:])
            return None
        steady = (samples.flags & SET_ASIDE) == 0
        durations, waits = samples.duration_ns[steady], samples.wait_ns[steady]
        if not len(durations):
            return None
        raw = _median(durations)
        return sweep, start_ns, end_ns - start_ns, raw, _median(durations - waits) if waits.any() else raw


def _median(durations: Int64s) -> float:
    return max(1.0, median(durations))
