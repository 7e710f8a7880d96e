"""The sessions of a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass

from edgetop.errors import BadSession
from edgetop.sessions.opening import is_session
from edgetop.sessions.reader import SessionReader


@dataclass(frozen=True)
class SessionEntry:
    """A session as a list shows it."""

    path: str
    size_bytes: int
    started_unix_ns: int
    duration_ns: int
    model: str
    frameworks: tuple[str, ...]
    closed: bool
    """False after a crash, and while the recording goes on."""


def list_sessions(folder: str) -> tuple[SessionEntry, ...]:
    """The readable sessions in a folder, known by their headers, whatever their names; the newest first."""
    try:
        paths = [entry.path for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        return ()
    entries = []
    for path in paths:
        if is_session(path):
            try:
                entries.append(_entry(path))
            except BadSession:  # damaged: to open it by name says how
                continue
    return tuple(sorted(entries, key=lambda entry: entry.started_unix_ns, reverse=True))


def _entry(path: str) -> SessionEntry:
    with SessionReader(path) as reader:
        session = reader.description
        models = dict.fromkeys(run.model for run in session.plan.runs)
        return SessionEntry(
            path=path,
            size_bytes=os.path.getsize(path),
            started_unix_ns=session.t0_unix_ns,
            duration_ns=reader.duration_ns,
            model=", ".join(models),
            frameworks=tuple(dict.fromkeys(run.framework for run in session.plan.runs)),
            closed=reader.closed,
        )
