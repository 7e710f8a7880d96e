"""Who records holds the file while it does: a lock that ends with the process, however that ends.

A lock of the open file and not of the process, on one byte far behind any that SQLite locks, so that it is in
nobody's way. A file system without such locks gives none, and a session that is still being recorded then looks like
one whose recording was cut off.
"""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import suppress

_BYTE = 1 << 62
_LOCK = struct.Struct("hhqqi0q")
"""``struct flock`` with offsets of 64 bits: kind, whence, start, length, process."""


def _lock(kind: int) -> bytes:
    return _LOCK.pack(kind, os.SEEK_SET, _BYTE, 1, 0)


class Hold:
    """The hold on a file that is being recorded, from here until ``let_go``, which comes after SQLite's own closing.

    Closing any descriptor of a file ends the locks that SQLite has on it in this process.
    """

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        with suppress(OSError):
            fcntl.fcntl(self._fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK))

    def let_go(self) -> None:
        """The recording is over; a second time is none."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


def is_held(path: str) -> bool:
    """Whether someone records to the file now; not to be asked by a process that has it open with SQLite."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        found = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _lock(fcntl.F_RDLCK))
        return bool(_LOCK.unpack(found)[0] != fcntl.F_UNLCK)
    except OSError:
        return False
    finally:
        os.close(fd)
