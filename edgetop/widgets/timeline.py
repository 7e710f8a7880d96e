"""The replay bar: position, length and pace; a click goes to that moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from textual.events import Click
from textual.message import Message

from edgetop.protocol import Snapshot
from edgetop.units import clock_time
from edgetop.widgets.cells import Row, row_width
from edgetop.widgets.lines import Lines


class SeekTo(Message):
    """The user wants to see the session as it stood at ``t_ns`` since its start."""

    def __init__(self, t_ns: int) -> None:
        super().__init__()
        self.t_ns = t_ns


class Timeline(Lines):
    """One line: where the replay stands."""

    DEFAULT_CSS = """
    Timeline { height: 1; width: 1fr; background: $panel; }
    """

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._snapshot = Snapshot(0, "preparing")
        self._bar = range(0)
        """The cells of the bar."""

    def show(self, snapshot: Snapshot) -> None:
        """Draw the snapshot's moment."""
        self._snapshot = snapshot
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """Play or pause, time, bar, length, pace."""
        now = self._snapshot
        playing = now.state == "running"
        left: Row = (
            (" ▶ " if playing else " ❚❚", "good" if playing else "warn"),
            (f" {clock_time(now.t_ns)} ", "strong"),
        )
        right: Row = ((f" {clock_time(now.duration_ns)} ", ""), (f"×{now.speed:g} ", "muted"))
        first = row_width(left)
        self._bar = range(first, max(first, width - row_width(right)))
        cells = len(self._bar)
        if cells < 2:
            return [(*left, *right)]
        share = min(1.0, now.t_ns / now.duration_ns) if now.duration_ns > 0 else 0.0
        knob = round(share * (cells - 1))
        bar: Row = (("━" * knob, "bar"), ("●", "strong"), ("┈" * (cells - 1 - knob), "muted"))
        return [(*left, *bar, *right)]

    def on_click(self, event: Click) -> None:
        """Go to the moment under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None or offset.x not in self._bar or self._snapshot.duration_ns <= 0:
            return
        share = (offset.x - self._bar.start) / max(1, len(self._bar) - 1)
        self.post_message(SeekTo(round(share * self._snapshot.duration_ns)))
