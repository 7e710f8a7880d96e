"""Where batches come from: what a live measurement and a replay have in common."""

from __future__ import annotations

from typing import Protocol

from edgetop.controls import Command
from edgetop.protocol import LogLines
from edgetop.samples import Batch
from edgetop.sessions.description import Description


class Feed(Protocol):
    """A source of batches that ends by itself or when it is closed."""

    description: Description
    can_seek: bool
    paused: bool
    speed: float
    duration_ns: int
    """Of the whole session where it is known; 0 live."""
    restarted: bool
    """Set when the next batch begins anew from the session's start; the reader clears it."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    @property
    def failed(self) -> bool:
        """Whether a run could not be done."""

    def start(self) -> None:
        """Begin."""

    def drain(self) -> Batch:
        """All that came since the last call."""

    def log(self) -> list[LogLines]:
        """What the frameworks printed since the last call."""

    def command(self, command: Command) -> None:
        """Pause, mark, seek, change speed; what a feed cannot do it passes over."""

    def close(self) -> None:
        """Stop what runs; a last ``drain`` gives what is left."""
