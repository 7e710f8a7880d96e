"""What the parts of the app have in common: they may send commands to the engine."""

from __future__ import annotations

from edgetop.controls import Command
from edgetop.terminal.lifecycle import TerminalApp


class Commanding(TerminalApp):
    """The base of the parts of the app that ask something of the engine."""

    def command(self, command: Command) -> None:
        """Send a command to the engine."""
        raise NotImplementedError
