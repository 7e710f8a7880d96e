"""What a run has answered to each picture of a data set, a line a picture, kept so that it can go on another day."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

from edgetop.config import cache_folder
from edgetop.errors import CannotWrite, RunFailed

LONGEST_NS = 1 << 62
ELSEWHERE = "Free some room there, or set XDG_CACHE_HOME to a folder that can be written"


class Answered:
    """The answers of one run, in memory and in a file of the cache folder named by all that they depend on.

    Raises CannotWrite, and RunFailed where another edgetop writes the same file.
    """

    def __init__(self, key: Mapping[str, Any], threads: int = 1, *, again: bool = False) -> None:
        text = json.dumps(key, sort_keys=True)
        folder = os.path.join(cache_folder(), "accuracy")
        self.path = os.path.join(folder, f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.jsonl")
        self.rows: dict[int, Any] = {}
        """Number of a picture to what was answered."""
        self.label_ns: dict[int, int] = {}
        """The same to the time from its file to its label, of those that as many threads have answered."""
        self._threads = threads
        try:
            os.makedirs(folder, exist_ok=True)
            self._file = open(self.path, "a+", encoding="utf-8")  # noqa: SIM115  open as long as the run
            self._claim()
            if again:
                self._file.truncate(0)
            self._read(text)
        except OSError as error:
            raise CannotWrite(f"cannot write {folder}: {error.strerror or error}", ELSEWHERE) from error

    def _claim(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise RunFailed("Another edgetop measures this accuracy now", "Wait for it to end") from error

    def _read(self, text: str) -> None:
        """The lines of before; what a crash has cut short is no line, and neither is one of another key."""
        self._file.seek(0)
        if self._file.readline().rstrip("\n") != text:
            self._file.truncate(0)
            self._file.write(text + "\n")
            return
        whole = True
        for line in self._file:
            whole = line.endswith("\n")
            try:
                number, answer, *timed = json.loads(line)
                if len(timed) not in (0, 2):
                    continue
                self.rows[int(number)] = answer
                if timed and timed[0] == self._threads and 0 < timed[1] < LONGEST_NS:
                    self.label_ns[int(number)] = int(timed[1])
            except (ValueError, TypeError):
                continue
        if not whole:
            self._file.write("\n")

    def add(self, number: int, answer: Any, label_ns: int = 0) -> None:
        """Keep what was answered to a picture, and how long that took where it is known."""
        self.rows[number] = answer
        timed = [self._threads, label_ns] if label_ns else []
        if label_ns:
            self.label_ns[number] = label_ns
        self._file.write(json.dumps([number, answer, *timed], separators=(",", ":")) + "\n")

    def save(self) -> None:
        """Hand over what was kept to the file; raises CannotWrite."""
        try:
            self._file.flush()
        except OSError as error:
            raise CannotWrite(f"cannot write {self.path}: {error.strerror}", ELSEWHERE) from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
