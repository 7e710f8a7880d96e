"""What keys and the timeline ask of a replay: where to be, and how fast to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from edgetop.controls import Pause, Repeat, Seek, Speed
from edgetop.protocol import Overview, Snapshot
from edgetop.screens.commanding import Commanding

if TYPE_CHECKING:
    from edgetop.screens.live import LiveScreen

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 125.0, 250.0, 500.0, 1000.0)
_SECOND_NS = 1_000_000_000
_JUST_PASSED_NS = _SECOND_NS
"""So long after a marker the one before it is meant by the previous one: else a replay that goes on never leaves it."""


class ReplayActions(Commanding):
    """The part of the app that acts on a replay."""

    _snapshot: Snapshot
    _live: Optional[LiveScreen]
    _overview: Optional[Overview] = None
    _at_ns = 0
    """Where the replay is, seeks that are not shown yet included."""

    def on_seek_to(self, message: Any) -> None:
        """Seek where the timeline was clicked."""
        self._seek(message.t_ns)

    def _seek(self, t_ns: int) -> None:
        self._at_ns = max(0, min(t_ns, self._snapshot.duration_ns or self._snapshot.t_ns))
        self.command(Seek(self._at_ns))

    def action_seek(self, seconds: int) -> None:
        """Move by so many seconds."""
        self._seek(self._at_ns + seconds * _SECOND_NS)

    def action_step(self, seconds: int) -> None:
        """Hold, and move by so many seconds."""
        self.command(Pause(True))
        self.action_seek(seconds)

    def action_edge(self, end: bool) -> None:
        """Move to the start or to the end."""
        self._seek(self._snapshot.duration_ns if end else 0)

    def action_marker(self, direction: int) -> None:
        """Move to the next marker, or to the previous one."""
        marks = self._overview.markers if self._overview is not None else ()
        if direction > 0:
            found = [mark for mark in marks if mark.t_ns > self._at_ns][:1]
        else:
            playing = self._snapshot.state == "running"
            before_ns = self._at_ns - (_JUST_PASSED_NS if playing else 0)
            found = [mark for mark in marks if mark.t_ns < before_ns][-1:]
        for mark in found:
            self._seek(mark.t_ns)
            self.notify(f"{mark.kind}: {mark.title}" if mark.title else mark.kind, timeout=3, markup=False)
        if not found:
            self.notify(f"No marker {'after' if direction > 0 else 'before'} this moment", timeout=3)

    def action_go_to(self) -> None:
        """Ask for a moment, and go there."""
        from edgetop.screens.go_to import GoToScreen

        self.push_screen(GoToScreen(self._at_ns, self._snapshot.duration_ns), self._asked_for)

    def _asked_for(self, t_ns: Optional[int]) -> None:
        if t_ns is not None:
            self._seek(t_ns)

    def action_speed(self, steps: int) -> None:
        """Go on at the next speed up or down."""
        now = self._snapshot.speed
        nearest = min(range(len(SPEEDS)), key=lambda n: abs(SPEEDS[n] - now))
        self.command(Speed(SPEEDS[max(0, min(nearest + steps, len(SPEEDS) - 1))]))

    def action_repeat(self) -> None:
        """Begin anew at the end from now on, or hold there."""
        self.command(Repeat(not self._snapshot.repeats))

    def action_span(self, step: int) -> None:
        """Less time in the timeline, or more."""
        if self._live is not None:
            self._live.timeline.zoom(step)

    def action_course(self) -> None:
        """The next course in the timeline."""
        if self._live is not None:
            self._live.timeline.next_course()
