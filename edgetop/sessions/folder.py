"""The sessions of a folder, read piece by piece, and again when they change."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from edgetop.protocol import SessionEntry
from edgetop.sessions.creation import SIDECARS
from edgetop.sessions.listing import entry_of

_Mark = tuple[int, ...]


class SessionFolder:
    """What a folder holds, as it was last looked at; a folder that is not there holds nothing."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._marks: dict[str, _Mark] = {}
        self._unread: list[str] = []
        self._told: set[str] = set()

    @property
    def left(self) -> int:
        """How many files are yet to be read."""
        return len(self._unread)

    def look(self) -> tuple[str, ...]:
        """See which files are new or have changed, which ``read`` then reads; the paths of sessions that have gone."""
        marks: dict[str, _Mark] = {}
        with suppress(OSError), os.scandir(self.folder) as files:
            for file in files:
                with suppress(OSError):
                    if file.is_file() and not file.name.endswith(SIDECARS):
                        marks[file.path] = _mark(file.path)
        changed = {path for path, mark in marks.items() if self._marks.get(path) != mark}
        waiting = changed.union(self._unread).intersection(marks)
        # The newest last: they are taken from the end.
        self._unread = sorted(waiting, key=lambda path: marks[path][0])
        self._marks = marks
        gone = self._told.difference(marks)
        self._told -= gone
        return tuple(gone)

    def read(self, budget_s: float) -> tuple[tuple[SessionEntry, ...], tuple[str, ...]]:
        """Read files for about so long, the newest first: their sessions, and the paths of those that are none now."""
        entries: list[SessionEntry] = []
        gone: list[str] = []
        end_s = time.monotonic() + budget_s
        while self._unread and time.monotonic() < end_s:
            path = self._unread.pop()
            entry = entry_of(path)
            if entry is not None:
                entries.append(entry)
                self._told.add(path)
            elif path in self._told:
                self._told.remove(path)
                gone.append(path)
        return tuple(entries), tuple(gone)


def _mark(path: str) -> _Mark:
    """What changes with the file: the time first, then the size, and both of its write-ahead log."""
    mark: list[int] = []
    for each in (path, path + "-wal"):
        try:
            status = os.stat(each)
        except FileNotFoundError:
            mark += (0, 0)
        else:
            mark += (status.st_mtime_ns, status.st_size)
    return tuple(mark)
