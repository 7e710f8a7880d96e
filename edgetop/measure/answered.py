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

ELSEWHERE = "Free some room there, or set XDG_CACHE_HOME to a folder that can be written"


class Answered:
    """The answers of one run, in memory and in a file of the cache folder named by all that they depend on.

    Raises CannotWrite, and RunFailed where another edgetop writes the same file.
    """

    def __init__(self, key: Mapping[str, Any], *, again: bool = False) -> None:
        text = json.dumps(key, sort_keys=True)
        folder = os.path.join(cache_folder(), "accuracy")
        self.path = os.path.join(folder, f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.jsonl")
        self.rows: dict[int, Any] = {}
        """Number of a picture to what was answered."""
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
                number, answer = json.loads(line)
                self.rows[int(number)] = answer
            except (ValueError, TypeError):
                continue
        if not whole:
            self._file.write("\n")

    def add(self, number: int, answer: Any) -> None:
        """Keep what was answered to a picture."""
        self.rows[number] = answer
        self._file.write(json.dumps([number, answer], separators=(",", ":")) + "\n")

    def save(self) -> None:
        """Hand over what was kept to the file; raises CannotWrite."""
        try:
            self._file.flush()
        except OSError as error:
            raise CannotWrite(f"cannot write {self.path}: {error.strerror}", ELSEWHERE) from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
