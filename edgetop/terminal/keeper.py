"""A small process beside the screen that gives the terminal back when the screen is killed before it could.

It is the screen's own process, divided in two before anything large is imported: it takes hardly any memory of its own,
sleeps until the screen says something or is gone, and is in a session of its own, where no signal of the terminal's
reaches it.
"""

from __future__ import annotations

import os
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:  # it is here before the first frame is
    from collections.abc import Callable
    from typing import Any, Optional

_TAKEN, _GIVEN_BACK = b"t", b"g"
_LEAVE = (
    "\x1b[?2026l"  # show what was held back as a whole
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # the mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l\x1b[<u"  # paste, sizes, focus, keys
    "\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)
_TOLD = (
    "edgetop: the screen was killed; the terminal is as it was before.\r\n"
    "What was recorded until then is safe: see `edgetop list sessions`\r\n"
)


class Keeper:
    """Keeps a terminal's modes as they are now; ``last_words`` gives what the screen has left to be read."""

    def __init__(self, modes_fd: int, screen_fd: int, last_words: Callable[[], bytes] = bytes) -> None:
        self._pid = 0
        try:
            before = termios.tcgetattr(modes_fd)
        except termios.error:  # no terminal: there is nothing to keep
            return
        line, self._line = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.setsid()
                os.close(self._line)
                _keep(line, modes_fd, screen_fd, before, last_words)
            finally:  # the process's edge: it must not go on as a second screen
                os._exit(0)
        os.close(line)

    def taken(self) -> None:
        """The terminal has been taken, and its modes changed."""
        self._tell(_TAKEN)

    def given_back(self) -> None:
        """The terminal is as it was before."""
        self._tell(_GIVEN_BACK)

    def _tell(self, what: bytes) -> None:
        if self._pid:
            try:  # noqa: SIM105  contextlib takes longer to import than all this
                os.write(self._line, what)
            except OSError:  # it was killed itself: then the terminal is not kept
                pass

    def close(self) -> None:
        """Let go; waits until the process has ended."""
        if self._pid:
            os.close(self._line)
            try:  # noqa: SIM105  as above
                os.waitpid(self._pid, 0)
            except ChildProcessError:
                pass
            self._pid = 0


def _keep(line: int, modes_fd: int, screen_fd: int, before: list[Any], last_words: Callable[[], bytes]) -> None:
    taken: Optional[list[Any]] = None
    while told := os.read(line, 64):
        taken = termios.tcgetattr(modes_fd) if told[-1:] == _TAKEN else None
    if taken is None:
        return
    if termios.tcgetattr(modes_fd) == taken:  # else a shell has its own already
        termios.tcsetattr(modes_fd, termios.TCSANOW, before)
    os.write(screen_fd, _LEAVE.encode() + last_words() + _TOLD.encode())
