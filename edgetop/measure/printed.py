"""What a worker prints, as lines fit to be shown: whatever its encoding, and however much of it there is."""

from __future__ import annotations

import re
import time
from typing import Callable

LONGEST = 1000
"""Bytes of a line that are shown."""
MOST = 500
WINDOW_S = 5.0
"""So many lines are kept in so many seconds; what is more is counted."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
"""What a terminal would obey: colours, movements of the cursor, titles."""

_TRACE = re.compile(r"\s*(\*\*\*|@ +0x|#\d+ )")
"""How a line begins that tells where in native code it ended, not of what."""


def _shortened(line: bytes) -> bytes:
    """The head of what stands behind the last carriage return that is not at the end: the last of a progress bar."""
    body = line.rstrip(b"\r")
    return body.rpartition(b"\r")[2][:LONGEST] + line[len(body) : len(body) + 1]


def _text(line: bytes) -> str:
    """In UTF-8 or, where it is not, in the encoding that has a letter for every byte; nothing that is not visible."""
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        cut_short = error.reason == "unexpected end of data"
        text = line[: error.start].decode() if cut_short else line.decode("latin-1")
    text = _ESCAPES.sub("", text)
    return "".join(c if c.isprintable() else " " for c in text if c.isprintable() or c.isspace()).rstrip()


class Printed:
    """Makes lines of bytes as they come, and counts those that are too many to keep."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._partial = b""
        self._waiting: list[str] = []
        self._window_end = 0.0
        self._kept = 0
        self._left_out = 0
        self.last = ""
        """The newest line, kept or not, that is not of a stack trace; whoever asks may empty it."""

    def add(self, data: bytes) -> None:
        """Take what was printed."""
        first, *rest = data.split(b"\n")
        lines = [self._partial + first, *rest]
        self._partial = _shortened(lines.pop())
        self._keep(lines)

    def end(self) -> None:
        """There will be no more: what has no line's end is a line too."""
        self._keep([self._partial])
        self._partial = b""
        self._tell_left_out()

    def lines(self) -> list[str]:
        """The lines since the last call."""
        if self._clock() >= self._window_end:
            self._tell_left_out()
        lines, self._waiting = self._waiting, []
        return lines

    def _keep(self, lines: list[bytes]) -> None:
        if self._clock() >= self._window_end:
            self._tell_left_out()
            self._window_end = self._clock() + WINDOW_S
            self._kept = 0
        place = 0
        while place < len(lines) and self._kept < MOST:
            text = _text(_shortened(lines[place]))
            if text:
                self._waiting.append(text)
                self._kept += 1
                self.last = self.last if _TRACE.match(text) else text
            place += 1
        too_many = lines[place:]
        self._left_out += sum(map(bool, too_many))
        texts = (_text(_shortened(line)) for line in reversed(too_many))
        self.last = next((text for text in texts if text and not _TRACE.match(text)), self.last)

    def _tell_left_out(self) -> None:
        if self._left_out:
            self._waiting.append(f"… {self._left_out} more lines, too many to keep")
            self._left_out = 0
