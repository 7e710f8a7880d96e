"""Energy of the runs' turns and windows and of idling, summed as soon as the power readings cover them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable

import numpy as np

from edgetop.analysis.energy import (
    Float64s,
    Idle,
    Meter,
    Spent,
    Window,
    baseline,
    energy_j,
    idle,
    per_inference,
    spent,
)
from edgetop.analysis.stretches import Stretches
from edgetop.clock import SECOND_NS
from edgetop.plan import PUBLISHABLE
from edgetop.readings import Channel, Missing
from edgetop.run_figures import UNKNOWN
from edgetop.samples import Int64s

LONGEST_GAP_NS = 500_000_000
"""Between two readings: over a longer one, power is not known, and a turn that has one is not accounted for."""
GAP_PERIODS = 2.5
"""The same of a source that is read seldom, in its periods."""
LONGEST_STRETCH_NS = 3600 * SECOND_NS
"""Of readings that no stretch of time has asked for yet, so much is kept: one is told of when it is over."""
MANY = 4096
"""Batches of such readings, before the old ones among them go."""
LONG_ENOUGH_S = 9.9
"""Of a figure to be published, as MLPerf Tiny has it; a window of ten seconds ends with its last inference."""
NO_WINDOWS = Missing("energy was not measured in windows", "--energy, or the key e")
LEAST_SEEN = 0.25
"""Of the time: a load that comes and goes as often as a meter looks that sees less may hide from it."""
MOST_SEEN = 0.9
"""A meter that sees more is not told of."""
SAME_IDLE = 0.02
"""Idle power before and after may differ so much without a word."""
WARM, COLD = "warm", "cold"


@dataclass
class _Run:
    turns_j: float = 0.0
    inferences: int = 0
    turns_ns: int = 0
    windows: list[Spent] = field(default_factory=list)
    without_readings: int = 0


class EnergyMeter:
    """Sums power over the turns and windows of each run; they and the idle stretches come in order of time."""

    def __init__(self, runs: Iterable[int], channel: Channel | None) -> None:
        self.absent: Missing = UNKNOWN
        """Why there is no figure where there is none."""
        self.drawn_j = 0.0
        """By the source since the session's start, as far as its readings reach."""
        self._meter = Meter()
        if channel is not None:
            self._meter = Meter(channel.gain_error, channel.offset_error, channel.seen, channel.conversion_s)
        self._has_source = channel is not None
        hz = channel.hz if channel is not None else 0.0
        self._longest_gap_ns = max(LONGEST_GAP_NS, int(GAP_PERIODS * 1e9 / hz) if hz else 0)
        self._runs = {run: _Run() for run in runs}
        self._idles: dict[str, list[Idle]] = {WARM: [], COLD: []}
        self._waiting: deque[tuple[int, Callable[[Int64s, Float64s], None]]] = deque()
        self._t_ns: list[Int64s] = []
        self._power_w: list[Float64s] = []
        self._last: tuple[int, float] | None = None

    # ---- in

    def add_readings(self, t_ns: Int64s, power_w: Float64s) -> None:
        """Take in readings, in order of time."""
        self._t_ns.append(t_ns)
        self._power_w.append(power_w)
        if self._last is not None:
            t_ns = np.concatenate(([self._last[0]], t_ns))
            power_w = np.concatenate(([self._last[1]], power_w))
        gaps = np.diff(t_ns)
        known = gaps <= self._longest_gap_ns
        parts = ((power_w[1:] + power_w[:-1]) * gaps)[known] / 2e9
        # Summed one after another, so that the total does not depend on how the readings were cut into batches.
        self.drawn_j = float(np.cumsum(np.concatenate(([self.drawn_j], parts)))[-1])
        self._last = int(t_ns[-1]), float(power_w[-1])

    def add_turn(self, run: int, window: Window) -> None:
        """Take in a turn of a run."""
        self._wait(window.end_ns, partial(self._take_turn, self._runs[run], window))

    def add_window(self, run: int, window: Window) -> None:
        """Take in a window of a run's energy."""
        self._wait(window.end_ns, partial(self._take_window, self._runs[run], window))

    def add_idle(self, state: str, start_ns: int, end_ns: int) -> None:
        """Take in a stretch of idling, ``warm`` or ``cold``."""
        self._wait(end_ns, partial(self._take_idle, state, start_ns, end_ns))

    def _wait(self, end_ns: int, take: Callable[[Int64s, Float64s], None]) -> None:
        """Until there are readings up to there: where there is no source there never are."""
        if not self._has_source:
            return
        self._waiting.append((end_ns, take))
        while end_ns - self._waiting[0][0] > LONGEST_STRETCH_NS:  # the source is gone: nor do these wait for ever
            self._waiting.popleft()[1](np.empty(0, np.int64), np.empty(0))

    def settle(self) -> None:
        """Account for what the readings now cover, and forget the readings before it."""
        if not self._waiting or not self._t_ns or self._t_ns[-1][-1] < self._waiting[0][0]:
            if len(self._t_ns) > MANY:
                t_ns, power_w = np.concatenate(self._t_ns), np.concatenate(self._power_w)
                self._keep(t_ns, power_w, int(t_ns[-1]) - LONGEST_STRETCH_NS)
            return
        t_ns, power_w = np.concatenate(self._t_ns), np.concatenate(self._power_w)
        settled_ns = 0
        while self._waiting and t_ns[-1] >= self._waiting[0][0]:
            settled_ns, take = self._waiting.popleft()
            take(t_ns, power_w)
        self._keep(t_ns, power_w, settled_ns)

    def _keep(self, t_ns: Int64s, power_w: Float64s, since_ns: int) -> None:
        keep = max(0, int(np.searchsorted(t_ns, since_ns, "right")) - 1)
        self._t_ns, self._power_w = [t_ns[keep:].copy()], [power_w[keep:].copy()]  # a view would keep all of it

    def _take_turn(self, run: _Run, window: Window, t_ns: Int64s, power_w: Float64s) -> None:
        if self._covering(t_ns, window.start_ns, window.end_ns) is not None:
            run.turns_j += energy_j(t_ns, power_w, window)
            run.inferences += window.count
            run.turns_ns += window.end_ns - window.start_ns

    def _take_window(self, run: _Run, window: Window, t_ns: Int64s, power_w: Float64s) -> None:
        readings = self._covering(t_ns, window.start_ns, window.end_ns)
        if readings is None or not window.count:
            run.without_readings += 1
        else:
            run.windows.append(spent(t_ns[readings], power_w[readings], window, self._meter))

    def _take_idle(self, state: str, start_ns: int, end_ns: int, t_ns: Int64s, power_w: Float64s) -> None:
        if self._covering(t_ns, start_ns, end_ns) is not None:
            self._idles.setdefault(state, []).append(idle(t_ns, power_w, start_ns, end_ns))

    def _covering(self, t_ns: Int64s, start_ns: int, end_ns: int) -> slice | None:
        """The places of the readings from before a start to after an end, unless there is a gap between them."""
        first = int(np.searchsorted(t_ns, start_ns, "right")) - 1
        places = slice(max(0, first), int(np.searchsorted(t_ns, end_ns, "left")) + 1)
        return places if first >= 0 and bool(np.all(np.diff(t_ns[places]) <= self._longest_gap_ns)) else None

    # ---- out

    def figures(self, run: int, throttled: Stretches) -> dict[str, Any]:
        """The fields of RunFigures that are of power and energy."""
        state = self._runs[run]
        if state.windows:
            found = per_inference(state.windows, self._idles[WARM], self._meter)
            return {
                "power_w": found.power_w,
                "energy_j": found.gross_j,
                "energy_u95_j": found.gross_u95_j,
                "energy_net_j": found.net_j,
                "energy_net_u95_j": found.net_u95_j,
                "energy_windows": len(state.windows),
                "energy_note": self._note(state, throttled),
                "energy_budget": found.budget,
            }
        if not state.inferences:
            missing = ("power_w", "energy_j", "energy_u95_j", "energy_net_j", "energy_net_u95_j")
            return dict.fromkeys(missing, self.absent)
        return {
            "power_w": state.turns_j / (state.turns_ns / 1e9),
            "energy_j": state.turns_j / state.inferences,
            "energy_u95_j": NO_WINDOWS,
            "energy_net_j": NO_WINDOWS,
            "energy_net_u95_j": NO_WINDOWS,
            "energy_note": "; ".join(filter(None, ("provisional: over its turns", self._seen(MOST_SEEN)))),
        }

    def _note(self, state: _Run, throttled: Stretches) -> str:
        """How the figure was had, and all that keeps it from being published."""
        windows = [one.window for one in state.windows]
        shortest_s = min(window.seconds for window in windows)
        bases = [baseline(window, self._idles[WARM]) for window in windows]
        one_sided = any(
            isinstance(base, Idle) and not base.start_ns < window.start_ns < base.end_ns
            for base, window in zip(bases, windows)
        )
        slow = sum(throttled.touch(window.start_ns, window.end_ns) for window in windows)
        faults = [
            f"fewer than {PUBLISHABLE.windows} windows" if len(windows) < PUBLISHABLE.windows else "",
            "windows of less than ten seconds" if shortest_s < LONG_ENOUGH_S else "",
            "idling was measured on one side only" if one_sided else "",
            "the meter's own error is not known" if not self._meter.gain_error else "",
            self._seen(LEAST_SEEN),
            f"{slow} throttled" if slow else "",
            f"{state.without_readings} without readings left out" if state.without_readings else "",
        ]
        how = f"{len(windows)} window{'s' if len(windows) > 1 else ''} of {shortest_s:.1f} s"
        found = ", ".join(fault for fault in faults if fault)
        if found:
            return f"provisional: {how}; {found}"
        return "; ".join(filter(None, (how, self._seen(MOST_SEEN))))

    def _seen(self, limit: float) -> str:
        """How much of the time the meter sees, where that is less than the limit."""
        seen = self._meter.seen
        return f"the meter sees {100 * seen:.0f} % of the time" if 0 < seen < limit else ""

    def idle_fields(self) -> dict[str, Any]:
        """The fields of Snapshot that are of idling."""
        warm, cold = self._idles[WARM], self._idles[COLD]
        fields: dict[str, Any] = {"idle_note": _drift(warm)}
        if warm:
            fields["idle_w"] = float(np.mean([one.power_w for one in warm]))
        if cold:
            fields["idle_cold_w"] = cold[-1].power_w
        return fields


def _drift(idles: list[Idle]) -> str:
    if len(idles) < 2:
        return ""
    before, after = idles[-2].power_w, idles[-1].power_w
    apart = abs(after - before) / max(before, after, 1e-9)
    if apart <= SAME_IDLE:
        return ""
    return f"idling drew {before:.3g} W before and {after:.3g} W after: {100 * apart:.1f} % apart"
