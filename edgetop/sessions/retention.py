"""Which old sessions make room for new ones, where the settings say how many days or gigabytes are kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from edgetop.errors import CannotWrite
from edgetop.sessions.arranging import delete_session
from edgetop.sessions.hold import is_held
from edgetop.sessions.listing import size_bytes
from edgetop.sessions.opening import is_session

_DAY_S = 86_400


@dataclass(frozen=True)
class StoredSession:
    """A session file as retention sees it."""

    path: str
    size_bytes: int
    """With what belongs to it."""
    written_s: float
    """When it was last written to, in seconds since 1970."""
    held: bool = False
    """Whether it is still being recorded."""


def stored_sessions(folder: str) -> tuple[StoredSession, ...]:
    """The sessions of a folder, known by their headers; not to be asked while this process records there."""
    found = []
    with suppress(OSError), os.scandir(folder) as files:
        for file in files:
            with suppress(OSError):  # it may go meanwhile
                if file.is_file(follow_symlinks=False) and is_session(file.path):
                    written_s = file.stat(follow_symlinks=False).st_mtime
                    found.append(StoredSession(file.path, size_bytes(file.path), written_s, is_held(file.path)))
    return tuple(found)


def surplus(
    sessions: Sequence[StoredSession], now_s: float, keep_days: float, keep_bytes: float
) -> tuple[StoredSession, ...]:
    """Those to be removed, the oldest first; 0 days or bytes set no limit.

    The newest stays whatever its age and size, and so does what is still being recorded, which counts for its bytes.
    """
    old_first = sorted(sessions, key=lambda session: (session.written_s, session.path))
    over = sum(session.size_bytes for session in old_first) - keep_bytes if keep_bytes else 0.0
    removed = []
    for session in old_first[:-1]:
        too_old = bool(keep_days) and now_s - session.written_s > keep_days * _DAY_S
        if not session.held and (too_old or over > 0):
            removed.append(session)
            over -= session.size_bytes
    return tuple(removed)


def remove_surplus(folder: str, now_s: float, keep_days: float, keep_bytes: float) -> tuple[StoredSession, ...]:
    """Remove what the limits leave no room for, and tell what that was; what cannot be removed stays."""
    removed = []
    if keep_days or keep_bytes:
        for session in surplus(stored_sessions(folder), now_s, keep_days, keep_bytes):
            with suppress(CannotWrite):
                delete_session(session.path)
                removed.append(session)
    return tuple(removed)
