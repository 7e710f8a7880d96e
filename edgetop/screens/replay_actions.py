"""What keys and the timeline ask of a replay: where to be, and how fast to go on."""

from __future__ import annotations

from typing import Any

from edgetop.controls import Command, Seek, Speed
from edgetop.protocol import Snapshot
from edgetop.terminal.lifecycle import TerminalApp

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_SECOND_NS = 1_000_000_000


class ReplayActions(TerminalApp):
    """The part of the app that acts on a replay."""

    _snapshot: Snapshot
    _at_ns = 0
    """Where the replay is, seeks that are not shown yet included."""

    def command(self, command: Command) -> None:
        """Send a command to the engine."""
        raise NotImplementedError

    def on_seek_to(self, message: Any) -> None:
        """Seek where the timeline was clicked."""
        self._seek(message.t_ns)

    def _seek(self, t_ns: int) -> None:
        self._at_ns = max(0, min(t_ns, self._snapshot.duration_ns or self._snapshot.t_ns))
        self.command(Seek(self._at_ns))

    def action_seek(self, seconds: int) -> None:
        """Move by so many seconds."""
        self._seek(self._at_ns + seconds * _SECOND_NS)

    def action_speed(self, steps: int) -> None:
        """Go on at the next speed up or down."""
        now = self._snapshot.speed
        nearest = min(range(len(SPEEDS)), key=lambda n: abs(SPEEDS[n] - now))
        self.command(Speed(SPEEDS[max(0, min(nearest + steps, len(SPEEDS) - 1))]))
