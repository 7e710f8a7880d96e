"""The sessions of a folder."""

from __future__ import annotations

import os
from contextlib import suppress

from edgetop.errors import BadSession
from edgetop.protocol import NO_LOG, NOT_CLOSED, RECORDING, WHOLE, SessionEntry
from edgetop.sessions.creation import SIDECARS, SUFFIX
from edgetop.sessions.hold import is_held
from edgetop.sessions.opening import is_session
from edgetop.sessions.reader import SessionReader


def list_sessions(folder: str) -> tuple[SessionEntry, ...]:
    """The readable sessions in a folder, known by their headers, whatever their names; the newest first."""
    try:
        paths = [entry.path for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        return ()
    entries = (entry_of(path) for path in paths)
    return tuple(sorted(filter(None, entries), key=lambda entry: entry.started_unix_ns, reverse=True))


def entry_of(path: str) -> SessionEntry | None:
    """The session in a file; None where there is none, or a damaged one: to open it by name says how."""
    if not is_session(path):
        return None
    recording = is_held(path)  # before the file is open: see there
    try:
        with SessionReader(path) as reader:
            session = reader.description
            return SessionEntry(
                path=path,
                name=session_name(path),
                started_unix_ns=session.t0_unix_ns,
                duration_ns=reader.duration_ns,
                model=", ".join(dict.fromkeys(run.model for run in session.plan.runs)),
                frameworks=tuple(dict.fromkeys(run.framework for run in session.plan.runs)),
                size_bytes=size_bytes(path),
                state=_state(reader, recording),
            )
    except BadSession:
        return None


def _state(reader: SessionReader, recording: bool) -> str:
    if reader.closed:
        return WHOLE
    if recording:
        return RECORDING
    return NO_LOG if reader.lacks_log else NOT_CLOSED


def session_name(path: str) -> str:
    """The file's name without the ending that sessions have."""
    name = os.path.basename(path)
    return name[: -len(SUFFIX)] if name.endswith(SUFFIX) else name


def size_bytes(path: str) -> int:
    """Of the file and of those beside it that belong to it."""
    size = 0
    for each in (path, *(path + suffix for suffix in SIDECARS)):
        with suppress(OSError):
            size += os.stat(each).st_size
    return size
