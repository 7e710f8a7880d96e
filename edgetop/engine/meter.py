"""Energy of the runs' turns, summed as soon as the power readings cover them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgetop.analysis.energy import Window, energy_j
from edgetop.protocol import UNKNOWN
from edgetop.readings import Figure, Missing
from edgetop.samples import Int64s

LONGEST_GAP_NS = 500_000_000
"""Between two readings: over a longer one, power is not known, and a turn that has one is not accounted for."""


@dataclass
class _Sum:
    joules: float = 0.0
    inferences: int = 0
    time_ns: int = 0


class EnergyMeter:
    """Sums power over the turns of each run; turns of all runs come in order of time."""

    def __init__(self, runs: Iterable[int]) -> None:
        self.absent: Missing = UNKNOWN
        """Why there is no figure where there is none."""
        self._sums = {run: _Sum() for run in runs}
        self._waiting: deque[tuple[int, Window]] = deque()
        self._t_ns: list[Int64s] = []
        self._power_w: list[npt.NDArray[np.float64]] = []

    def add_readings(self, t_ns: Int64s, power_w: npt.NDArray[np.float64]) -> None:
        """Take in readings, in order of time."""
        self._t_ns.append(t_ns)
        self._power_w.append(power_w)

    def add_turn(self, run: int, window: Window) -> None:
        """Take in a turn of a run."""
        self._waiting.append((run, window))

    def settle(self) -> None:
        """Account for the turns that the readings now cover, and forget the readings before them."""
        if not self._waiting or not self._t_ns or self._t_ns[-1][-1] < self._waiting[0][1].end_ns:
            return
        t_ns, power_w = np.concatenate(self._t_ns), np.concatenate(self._power_w)
        settled_ns = 0
        while self._waiting and t_ns[-1] >= self._waiting[0][1].end_ns:
            run, window = self._waiting.popleft()
            settled_ns = window.end_ns
            if _is_covered(t_ns, window):
                total = self._sums[run]
                total.joules += energy_j(t_ns, power_w, window)
                total.inferences += window.count
                total.time_ns += window.end_ns - window.start_ns
        keep = max(0, int(np.searchsorted(t_ns, settled_ns, "right")) - 1)
        self._t_ns, self._power_w = [t_ns[keep:]], [power_w[keep:]]

    def power_w(self, run: int) -> Figure:
        """Mean power over the run's turns."""
        total = self._sums[run]
        return total.joules / (total.time_ns / 1e9) if total.time_ns else self.absent

    def per_inference_j(self, run: int) -> Figure:
        """Gross joules per inference."""
        total = self._sums[run]
        return total.joules / total.inferences if total.inferences else self.absent


def _is_covered(t_ns: Int64s, window: Window) -> bool:
    """Whether the meter was there from before the window's start to after its end, without a gap."""
    first = int(np.searchsorted(t_ns, window.start_ns, "right")) - 1
    end = int(np.searchsorted(t_ns, window.end_ns, "left")) + 1
    return first >= 0 and bool(np.all(np.diff(t_ns[first:end]) <= LONGEST_GAP_NS))
