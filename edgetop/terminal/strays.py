"""What anything in the screen's process writes to standard output and error: kept from the screen, and told in the log.

Libraries written in C do not know who has the terminal. Both descriptors lead into memory while the app has it, where
nobody who writes waits for a reader.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import sys
from typing import Optional

MOST_BYTES = 1 << 16
"""So much is told at once: of more the newest."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")


class Strays:
    """Takes both descriptors until it is closed; ``terminal`` is where the second one led before."""

    def __init__(self, file: Optional[int] = None) -> None:
        self._file = os.memfd_create("edgetop-strays") if file is None else file
        fcntl.fcntl(self._file, fcntl.F_SETFL, os.O_APPEND)
        self._before = os.dup(1), os.dup(2)
        self.terminal = self._before[1]
        self._partial = b""
        for fd in (1, 2):
            os.dup2(self._file, fd)

    def lines(self) -> list[str]:
        """Whole lines that were written since the last call, with all that a terminal would obey."""
        data = _written(self._file)
        if not data:
            return []
        os.ftruncate(self._file, 0)
        *lines, self._partial = (self._partial + data).split(b"\n")
        return [line.decode(errors="replace") for line in lines if line.strip()]

    def unread(self) -> bytes:
        """What is left, harmless for a terminal."""
        return unread(self._file, self._partial)

    def close(self) -> None:
        """Give both descriptors back, and write there what nobody has read."""
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
        unread = self.unread()
        for fd, before in zip((1, 2), self._before):
            os.dup2(before, fd)
            os.close(before)
        os.close(self._file)
        with contextlib.suppress(OSError):  # the terminal may be gone
            os.write(2, unread)


def unread(file: int, before: bytes = b"") -> bytes:
    """What was written to the file and not taken, behind what came before it; harmless for a terminal."""
    text = _ESCAPES.sub("", (before + _written(file)).decode(errors="replace"))
    lines = ("".join(c if c.isprintable() else " " for c in line).rstrip() for line in text.split("\n"))
    return "".join(f"{line}\n" for line in lines if line).encode(errors="replace")


def _written(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, MOST_BYTES, max(0, size - MOST_BYTES)) if size else b""
