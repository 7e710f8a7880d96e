"""The first line: state, time, recording, and what edgetop itself costs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from os.path import basename, splitext
from typing import Optional

from edgetop.clock import SECOND_NS, now_ns
from edgetop.protocol import Snapshot
from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN
from edgetop.units import clock_time, percent, size
from edgetop.widgets.cells import Row, beside, fit, plain, row_width
from edgetop.widgets.lines import Lines

COST_PERIOD_NS = 2 * SECOND_NS
"""Own cost is told over windows of this length: steady numbers, and few bytes."""
DETAIL_CELLS = 16
"""The least room in which a file's name says something."""
STATE_SIGNS = {"running": ("▶", "good"), "paused": ("❚❚", "warn"), "ended": ("■", "muted")}


class StatusBar(Lines):
    """One line that says what is going on."""

    DEFAULT_CSS = """
    StatusBar { height: 1; width: 1fr; background: $panel; }
    """

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._snapshot = Snapshot(0, "preparing")
        self._held = False
        self._since_ns = now_ns()
        self._cpu_s = time.process_time()
        self._bytes = 0
        self._screen_cpu: Figure = UNKNOWN
        self._bytes_per_s: Figure = UNKNOWN

    def show(self, snapshot: Snapshot, held: bool = False) -> None:
        """Draw the snapshot's state, and whether the panels below are held."""
        self._snapshot, self._held = snapshot, held
        self._measure_own_cost()
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """State and recording at the left, own cost at the right; what does not fit is left out."""
        cost = self._cost()
        for recorded in (self._recorded(), self._recorded(room_left=False)):
            left: Row = (*self._state(), *recorded)
            room = width - 2 - row_width(left) - row_width(cost)
            if room >= 2:
                break
        if room < 2:
            return [left]
        detail = self._detail()
        if detail and room >= DETAIL_CELLS:
            names = (detail, basename(detail), splitext(basename(detail))[0]) if self._is_recorded else (detail,)
            text = next((name for name in names if len(name) <= room - 4), names[-1])
            left = (*left, (f"  {fit(text, room - 4).rstrip()}", "muted"))
        return [(*beside(left, cost, width - 1), (" ", ""))]

    def _state(self) -> Row:
        snapshot = self._snapshot
        sign, ink = STATE_SIGNS.get(snapshot.state, ("…", "muted"))
        models = list(dict.fromkeys(plain(basename(run.model)) for run in snapshot.runs)) or ["edgetop"]
        model = models[0] if len(models) == 1 else f"{len(models)} models"
        moment = clock_time(snapshot.t_ns).rsplit(".", 1)[0]
        held: Row = (("  view held", "warn"),) if self._held else ()
        spared: Row = (("  slow link", "warn"),) if getattr(self.app, "slow_link", False) else ()
        return ((f" {model}  ", "strong"), (f"{sign} ", ink), (f"{snapshot.state} {moment}", ""), *spared, *held)

    def _recorded(self, *, room_left: bool = True) -> Row:
        recording = self._snapshot.recording
        if isinstance(recording, Missing):
            return ()
        free = f" · {size(recording.free_bytes)} free" if room_left else ""
        rec: Row = (("   ● REC", "rec"), (f" {size(recording.size_bytes)}{free}", ""))
        return (*rec, (f"  {plain(recording.message)}", "warn")) if recording.message else rec

    @property
    def _is_recorded(self) -> bool:
        return not isinstance(self._snapshot.recording, Missing) and not self._snapshot.since_ns

    def _detail(self) -> str:
        """The recording's file; or why there is none, or what is replayed."""
        recording = self._snapshot.recording
        if self._snapshot.sessions:
            return plain(" against ".join(self._snapshot.sessions))
        if self._snapshot.since_ns:
            return f"recorded from {clock_time(self._snapshot.since_ns)} on"
        return plain(recording.reason if isinstance(recording, Missing) else recording.path)

    def _cost(self) -> Row:
        engine = self._snapshot.engine_cpu_percent
        parts = [("engine", engine, percent), ("screen", self._screen_cpu, percent), ("", self._bytes_per_s, size)]
        texts = []
        for title, value, write in parts:
            if not isinstance(value, Missing):
                number = f"{write(value)}/s" if write is size else percent(value, 1)
                texts.append(f"{title} {number}".strip())
        return ((" · ".join(texts), "muted"),) if texts else ()

    def _measure_own_cost(self) -> None:
        elapsed_ns = now_ns() - self._since_ns
        if elapsed_ns < COST_PERIOD_NS:
            return
        cpu_s, sent = time.process_time(), int(getattr(self.app, "terminal_bytes", 0))
        self._screen_cpu = 100 * (cpu_s - self._cpu_s) * SECOND_NS / elapsed_ns
        if sent:
            self._bytes_per_s = (sent - self._bytes) * SECOND_NS / elapsed_ns
        self._since_ns, self._cpu_s, self._bytes = now_ns(), cpu_s, sent
