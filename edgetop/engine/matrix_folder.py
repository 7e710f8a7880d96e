"""The folder a matrix is measured into: all that is known of its progress are the files in it.

A session is recorded under a name of its own, and gets its final name in one step once it is whole. What a crash or a
power cut leaves is known by its name, and measured anew.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Optional

from edgetop.engine.matrix import Group, same
from edgetop.errors import BadSession, CannotWrite, RunFailed, UsageError
from edgetop.sessions.creation import SIDECARS, SUFFIX
from edgetop.sessions.reader import SessionReader

UNFINISHED = ".unfinished" + SUFFIX
_FACTS = "machine.json"
_LOCK = ".lock"


@dataclass(frozen=True)
class Facts:
    """What was found out of the machine when the folder was begun, so that it holds to the end."""

    frameworks: tuple[str, ...] = ()
    """Those that are here."""
    threads: int = 1
    """Half of the cores."""
    bandwidth: Mapping[int, float] = field(default_factory=dict)
    """Threads to bytes a second of a copy in memory."""
    start_c: Optional[float] = None
    """The temperature it had; None where it shows none."""


class MatrixFolder:
    """The sessions of a matrix."""

    def __init__(self, path: str) -> None:
        self.path = path

    def claim(self) -> None:
        """Make the folder, keep others out until this process ends, and clear what was not finished.

        Raises CannotWrite, and UsageError where another process measures into it.
        """
        try:
            os.makedirs(self.path, exist_ok=True)
            self._lock = os.open(os.path.join(self.path, _LOCK), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for name in os.listdir(self.path):
                if any(name.endswith(UNFINISHED + suffix) for suffix in ("", *SIDECARS)):
                    os.unlink(os.path.join(self.path, name))
        except BlockingIOError as error:
            raise UsageError(f"Another edgetop measures into {self.path}", "Wait for it, or choose --out") from error
        except OSError as error:
            hint = "Choose another folder with --out"
            raise CannotWrite(f"Cannot write the folder {self.path}: {error.strerror}", hint) from error

    def session(self, group: Group) -> str:
        """The path of its session once it is whole."""
        return os.path.join(self.path, group.name + SUFFIX)

    def unfinished(self, group: Group) -> str:
        """The path it is recorded to."""
        return os.path.join(self.path, group.name + UNFINISHED)

    def has(self, group: Group) -> bool:
        """Whether its session is there and whole; raises UsageError where it is of another plan, or damaged."""
        path = self.session(group)
        if not os.path.exists(path):
            return False
        try:
            with SessionReader(path) as reader:
                plan, closed = reader.description.plan, reader.closed
        except BadSession as error:
            raise BadSession(error.title, "Remove the file, and it is measured again") from error
        if group.plan is None or not closed or not same(plan, group.plan):
            raise UsageError(f"{path} is of another plan", "Choose another folder with --out, or remove the file")
        return True

    def keep(self, group: Group) -> None:
        """Give its session the final name; raises RunFailed where the recording is not whole."""
        path = self.unfinished(group)
        with SessionReader(path) as reader:
            if not reader.closed:
                raise RunFailed(f"The recording {path} is not whole", "See that the disk has room, then go on")
        os.replace(path, self.session(group))
        for suffix in SIDECARS:
            with suppress(FileNotFoundError):
                os.unlink(path + suffix)
        folder = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def facts(self) -> Optional[Facts]:
        """What is kept of the machine; None in a new folder."""
        try:
            with open(os.path.join(self.path, _FACTS), encoding="utf-8") as file:
                said = json.load(file)
            bandwidth = {int(threads): float(rate) for threads, rate in said["bandwidth"].items()}
            start_c = None if said["start_c"] is None else float(said["start_c"])
            return Facts(tuple(map(str, said["frameworks"])), int(said["threads"]), bandwidth, start_c)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            path = os.path.join(self.path, _FACTS)
            raise UsageError(f"{path} is damaged", "Choose another folder with --out, or remove the file") from error

    def save_facts(self, facts: Facts) -> None:
        """Keep them, whole or not at all."""
        path = os.path.join(self.path, _FACTS)
        with open(path + ".partial", "w", encoding="utf-8") as file:
            json.dump(dataclasses.asdict(facts), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".partial", path)
