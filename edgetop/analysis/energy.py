"""Energy of stretches of time, from power readings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgetop.samples import Int64s

Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """A stretch of time in which a run held its turn, and the inferences it did."""

    start_ns: int
    end_ns: int
    count: int


def energy_j(t_ns: Int64s, power_w: Float64s, window: Window) -> float:
    """Joules in a window: the trapezoid of power over time, its edges interpolated between readings.

    ``t_ns`` ascends and covers the window: one reading at or before its start, one at or after its end.
    """
    first = int(np.searchsorted(t_ns, window.start_ns, "right"))
    last = int(np.searchsorted(t_ns, window.end_ns, "left"))
    edges = np.array([window.start_ns, window.end_ns], np.int64)
    at_edges = np.interp(edges, t_ns, power_w)
    times = np.concatenate(([edges[0]], t_ns[first:last], [edges[1]])) - window.start_ns
    powers = np.concatenate(([at_edges[0]], power_w[first:last], [at_edges[1]]))
    return float(np.sum((powers[1:] + powers[:-1]) * np.diff(times))) / 2e9
