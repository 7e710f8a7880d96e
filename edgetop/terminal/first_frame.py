"""What the terminal shows while the rest is being imported; and whether it can show a screen at all.

Half a second on a slow board is long enough to wonder whether anything happens. Hence nothing of Textual is imported
here, and the terminal's driver takes over the screen that is there.
"""

from __future__ import annotations

import os
import signal
import sys

from edgetop.errors import UsageError
from edgetop.terminal.keeper import Keeper

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing itself takes longer to import than all else here
    from collections.abc import Mapping
    from typing import Optional

ENTER = "\x1b[?1049h"
"""To the alternate screen."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_LEAVE = "\x1b[?1049l\x1b[?25h"
_PLAIN_TERMINALS = ("linux", "vt100", "vt102", "vt220", "ansi")
_NO_SCREEN = ("", "dumb", "unknown")


def refuse_poor_terminal(environment: Mapping[str, str]) -> None:
    """Raise UsageError when the terminal cannot place text on its screen."""
    if _is_poor(environment):
        name = environment.get("TERM", "")
        said = f"TERM={name}" if name else "TERM is not set"
        raise UsageError(f"This terminal cannot show a live screen ({said})", "Run with --headless for plain text")


def _is_poor(environment: Mapping[str, str]) -> bool:
    name = environment.get("TERM", "")
    return name in _NO_SCREEN and not (name == "" and bool(environment.get("COLORTERM")))


def wants_ascii(setting: str, encoding: Optional[str], terminal: str) -> bool:
    """Whether to draw with ASCII only: as set, else when the stream or the terminal's font lacks the signs.

    ``setting`` is auto, always or never; ``encoding`` is that of the stream written to; ``terminal`` is TERM.
    """
    if setting in ("always", "never"):
        return setting == "always"
    try:
        "─╭⣿█".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return terminal in _PLAIN_TERMINALS


class FirstFrame:
    """One line on the alternate screen, until a driver has taken the screen over."""

    def __init__(self) -> None:
        self._stands = False
        self._signals: list[int] = []
        self._keeper: Optional[Keeper] = None
        self._file: Optional[int] = None

    def show(self) -> None:
        """Show it, where there is a terminal that can show it."""
        stream = sys.__stderr__
        if stream is None or not stream.isatty() or _is_poor(os.environ):
            return
        self._signals = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
        for number in self._signals:
            signal.signal(number, _leave)
        self._stands = True
        self._write(f"{ENTER}\x1b[?25l\x1b[2J\x1b[H\x1b[1m edgetop\x1b[0m  starting")
        self._file = os.memfd_create("edgetop-strays")
        self._keeper = Keeper(2, 2, self._last_words)
        self._keeper.taken()

    def _last_words(self) -> bytes:
        from edgetop.terminal.strays import unread  # in the keeper, when the screen was killed

        return unread(self._file) if self._file is not None else b""

    def withdraw(self) -> None:
        """Give the terminal back as it was, if nobody has taken it over: something else is to be said on it."""
        for number in self._signals:
            signal.signal(number, signal.SIG_DFL)
        self._signals = []
        if self.takes_over():
            self._write(_LEAVE)
        if self._keeper is not None:
            self._keeper.given_back()
            self._keeper.close()
            self._keeper = None

    def takes_over(self) -> bool:
        """Whether there was a first frame to take over; from now on the screen is the driver's to leave."""
        stood, self._stands = self._stands, False
        return stood

    @property
    def stands(self) -> bool:
        """Whether it is what the terminal shows."""
        return self._stands

    def hand_over(self) -> tuple[Optional[Keeper], Optional[int]]:
        """Who gives the terminal back if this process is killed, now the caller's; and the file of its last words."""
        keeper, self._keeper = self._keeper, None
        return keeper, self._file

    def _write(self, text: str) -> None:
        try:
            os.write(2, text.encode())
        except OSError:  # it has gone; whoever takes over will notice
            self._stands = False


FIRST_FRAME = FirstFrame()
"""Of the one terminal that a process has."""


def _leave(number: int, frame: object) -> None:
    sys.exit(128 + number)
