"""Energy of stretches of time from power readings, and joules per inference with their uncertainty.

A figure is the median of several windows of unbroken inference; its net form is less what the idle board would have
drawn meanwhile. Uncertainties are combined as the Guide to the Expression of Uncertainty in Measurement has it:
U95 = sqrt((t u_A)^2 + (1.96 u_B)^2), u_A from the scatter of the windows and of the idle stretches with Student's t,
u_B from the meter's gain and offset, from what passes between its conversions, and from the windows' edges.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

import numpy as np
import numpy.typing as npt

from edgetop.analysis.student import NORMAL_975, t_975
from edgetop.readings import Figure, Missing
from edgetop.samples import Int64s

Float64s = npt.NDArray[np.float64]

IDLE_BLOCKS = 10
"""Into so many parts an idle stretch is cut, whose scatter tells how well its mean is known."""
MEDIAN_ERROR = math.sqrt(math.pi / 2)
"""By which the median of many normal values scatters more than their mean; of few values a little less."""
ONE_WINDOW = Missing("its uncertainty needs two windows")
NO_IDLE = Missing("the idle board was not measured", "Measure energy: --energy, or the key e")


@dataclass(frozen=True)
class Window:
    """A stretch of time in which a run held its turn, and the inferences it did."""

    start_ns: int
    end_ns: int
    count: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.end_ns - self.start_ns) / 1e9


@dataclass(frozen=True)
class Spent:
    """What was drawn in a window; ``gap_s`` is the time between two readings, at whose edges power is not known, and
    ``unseen_j`` the standard error for what the meter does not see."""

    window: Window
    joules: float
    gap_s: float
    unseen_j: float = 0.0


@dataclass(frozen=True)
class Idle:
    """What was drawn in a stretch of idling, and the standard error of that."""

    start_ns: int
    end_ns: int
    power_w: float
    error_w: float


@dataclass(frozen=True)
class Meter:
    """What is known of the meter's own errors: standard uncertainties, 0 where its maker tells none."""

    gain_error: float = 0.0
    """As a share of the value."""
    offset_w: float = 0.0
    seen: float = 0.0
    """Share of the time that it sees; 0 where that is not known."""
    conversion_s: float = 0.0


@dataclass(frozen=True)
class PerInference:
    """Energy of one inference in joules, gross and net, half of their 95 % intervals, and whence these come."""

    power_w: float
    gross_j: float
    gross_u95_j: Figure
    net_j: Figure = NO_IDLE
    net_u95_j: Figure = NO_IDLE
    budget: Mapping[str, float] = field(default_factory=dict)
    """Standard uncertainties in joules: ``scatter``, ``gain``, ``offset``, ``edges``, ``unseen``, and ``net_scatter``,
    ``net_gain`` and ``idle`` for the net figure, whose offset cancels."""


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


def spent(t_ns: Int64s, power_w: Float64s, window: Window, meter: Meter) -> Spent:
    """What was drawn in a window that the readings cover, from one before its start to one after its end.

    What passes between conversions is taken to scatter as what they see: the standard error of the mean of a sample
    that is a share of the whole, sqrt(1 - share) of that of one out of endlessly many.
    """
    gap_s = max(float(np.median(np.diff(t_ns))) / 1e9, meter.conversion_s)
    count = max(1.0, window.seconds / gap_s)
    unseen = math.sqrt(1 - meter.seen) if meter.seen else 0.0
    unseen_j = unseen * float(power_w.std(ddof=1)) / math.sqrt(count) * window.seconds
    return Spent(window, energy_j(t_ns, power_w, window), gap_s, unseen_j)


def idle(t_ns: Int64s, power_w: Float64s, start_ns: int, end_ns: int) -> Idle:
    """Mean power of a stretch that the readings cover; its error by the scatter of ten parts, which depend less on
    each other than readings do."""
    edges = np.linspace(start_ns, end_ns, IDLE_BLOCKS + 1).astype(np.int64).tolist()
    parts = [Window(low, high, 0) for low, high in zip(edges, edges[1:])]
    powers = np.array([energy_j(t_ns, power_w, part) / part.seconds for part in parts])
    return Idle(start_ns, end_ns, float(powers.mean()), float(powers.std(ddof=1)) / math.sqrt(IDLE_BLOCKS))


def baseline(window: Window, idles: Sequence[Idle]) -> Union[Idle, Missing]:
    """What the board would have drawn idle during a window: the mean of the stretches next before and next after it.

    A difference between the two is taken for a drift that reached the window in any part. With one of them only,
    it alone; Missing with none.
    """
    before = max((one for one in idles if one.end_ns <= window.start_ns), key=lambda one: one.end_ns, default=None)
    after = min((one for one in idles if one.start_ns >= window.end_ns), key=lambda one: one.start_ns, default=None)
    if before is None or after is None:
        return before or after or NO_IDLE
    drift_w = abs(after.power_w - before.power_w) / 2 / math.sqrt(3)
    error_w = math.hypot(before.error_w / 2, after.error_w / 2, drift_w)
    return Idle(before.start_ns, after.end_ns, (before.power_w + after.power_w) / 2, error_w)


def per_inference(spent: Sequence[Spent], idles: Sequence[Idle], meter: Meter) -> PerInference:
    """Joules per inference over windows of one run, one at least."""
    gross = [one.joules / one.window.count for one in spent]
    seconds = float(np.median([one.window.seconds / one.window.count for one in spent]))
    power_w = sum(one.joules for one in spent) / sum(one.window.seconds for one in spent)
    bases = [baseline(one.window, idles) for one in spent]
    known = [base for base in bases if isinstance(base, Idle)]
    step_w = power_w - known[0].power_w if known else power_w
    gross_j = float(np.median(gross))
    budget = {
        "scatter": _scatter(gross),
        "gain": gross_j * meter.gain_error,
        "offset": meter.offset_w * seconds,
        "edges": float(np.median([_edges(step_w, one) for one in spent])),
        "unseen": float(np.median([one.unseen_j / one.window.count for one in spent])),
    }
    by_looking = [budget["edges"], budget["unseen"]]
    u95 = _expanded([budget["scatter"]], [budget["gain"], budget["offset"], *by_looking], len(spent))
    if len(known) < len(spent):
        return PerInference(power_w, gross_j, u95, budget=budget)
    net = [e - base.power_w * one.window.seconds / one.window.count for e, base, one in zip(gross, known, spent)]
    net_j = float(np.median(net))
    more = {
        "net_scatter": _scatter(net),
        "net_gain": abs(net_j) * meter.gain_error,
        "idle": max(base.error_w for base in known) * seconds,
    }
    net_u95 = _expanded([more["net_scatter"], more["idle"]], [more["net_gain"], *by_looking], len(spent))
    return PerInference(power_w, gross_j, u95, net_j, net_u95, {**budget, **more})


def _scatter(values: Sequence[float]) -> float:
    """Standard error of the values' median."""
    if len(values) < 2:
        return 0.0
    return MEDIAN_ERROR * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def _edges(step_w: float, spent: Spent) -> float:
    """At both edges power steps by ``step_w`` somewhere between two readings, where a straight line is assumed."""
    return abs(step_w) * spent.gap_s * math.sqrt(2 / 12) / spent.window.count


def _expanded(by_scatter: Sequence[float], by_meter: Sequence[float], windows: int) -> Figure:
    """Half of the 95 % interval."""
    if windows < 2:
        return ONE_WINDOW
    return math.hypot(t_975(windows - 1) * math.hypot(*by_scatter), NORMAL_975 * math.hypot(*by_meter))
