"""How messages leave the engine: to a screen that may be slow, or to nobody."""

from __future__ import annotations

import os
from typing import Protocol

from edgetop.encoding import encode
from edgetop.protocol import Distribution, LogLines, Message, Snapshot

MOST_UNSENT_BYTES = 1 << 20
"""So much may wait for a screen that has been stopped; what frameworks print meanwhile is not kept for it."""


class Publisher(Protocol):
    """Where messages go."""

    def publish(self, message: Message) -> bool:
        """Hand over; False when it was dropped because the far end is behind."""


class PipePublisher:
    """JSON lines into a pipe that is never waited for: what comes anew is dropped while it is full, not the rest.

    Lines of the log are too many to be kept for ever: they are dropped when a mebibyte waits.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._unsent = b""
        self.broken = False
        """Set when nobody reads any more."""
        os.set_blocking(fd, False)

    def publish(self, message: Message) -> bool:
        """Send or queue; a Snapshot or Distribution is dropped while earlier bytes wait."""
        self.flush()
        if self._unsent and isinstance(message, (Snapshot, Distribution)):
            return False
        if len(self._unsent) > MOST_UNSENT_BYTES and isinstance(message, LogLines):
            return False
        self._unsent += encode(message, whole=False).encode() + b"\n"
        self.flush()
        return True

    def flush(self) -> None:
        """Send what the pipe takes now."""
        while self._unsent and not self.broken:
            try:
                written = os.write(self._fd, self._unsent)
            except BlockingIOError:
                return
            except OSError:
                self.broken = True
                return
            self._unsent = self._unsent[written:]

    @property
    def unsent_bytes(self) -> int:
        """What waits for a far end that is behind."""
        return len(self._unsent)

    def drain(self) -> None:
        """Send all that waits, blocking; for the last message."""
        os.set_blocking(self._fd, True)
        self.flush()
