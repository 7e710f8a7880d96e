"""A file of /proc or /sys that stays open: one pread a reading instead of open, read and close."""

from __future__ import annotations

import errno
import os


class KeptFile:
    """An open file that is read again from its start; raises OSError when it cannot be opened."""

    def __init__(self, path: str, size_bytes: int = 4096) -> None:
        self.path = path
        self._size_bytes = size_bytes
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self) -> bytes:
        """Its content now, at most ``size_bytes``; raises OSError when what it tells of is gone."""
        content = os.pread(self._fd, self._size_bytes, 0)
        if not content:
            raise OSError(errno.ENODEV, "nothing to read", self.path)
        return content

    def close(self) -> None:
        """Let go of it; may be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_text(path: str) -> str:
    """The stripped text of a small file; raises OSError."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().strip("\0 \n\t")


def text_if_any(path: str) -> str:
    """The same, empty where it cannot be read."""
    try:
        return read_text(path)
    except OSError:
        return ""
