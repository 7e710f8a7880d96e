"""Where a new session file goes, and how it is made: never over another file, for its owner alone."""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from contextlib import suppress
from datetime import datetime
from urllib.parse import quote

from edgetop.errors import CannotWrite, DiskFull
from edgetop.sessions.description import Description, save
from edgetop.sessions.schema import PRAGMAS, TABLES

SUFFIX = ".edgetop"
SIDECARS = ("-wal", "-shm", "-journal")


def new_session_path(folder: str, model: str, now: datetime) -> str:
    """A free path such as ``2026-11-24_0310_efficientnet_lite0.edgetop``; ``model`` is a name or a file's path."""
    name = os.path.splitext(os.path.basename(model))[0] if os.sep in model else model
    stem = f"{now:%Y-%m-%d_%H%M}_{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)[:80] or 'model'}"
    path, number = os.path.join(folder, stem + SUFFIX), 2
    while os.path.lexists(path):
        path, number = os.path.join(folder, f"{stem}_{number}{SUFFIX}"), number + 1
    return path


def database_uri(path: str, mode: str) -> str:
    """The path as SQLite takes it, whatever characters it has."""
    return f"file:{quote(os.fsencode(os.path.abspath(path)))}?{mode}"


def _claim(path: str) -> None:
    """Make the empty file; raises CannotWrite."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise CannotWrite(f"{path}: there is no folder {folder}", "Make the folder first, or record elsewhere")
    for taken in (path, *(path + suffix for suffix in SIDECARS)):
        if os.path.lexists(taken):
            raise CannotWrite(f"{taken} exists already", "Choose another name, or remove it first")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise CannotWrite(f"{path} cannot be made: {error.strerror}", "Record to a folder you may write") from error


def _sync_folder(path: str) -> None:
    """Make the new name last through a power cut."""
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fill(db: sqlite3.Connection, description: Description) -> None:
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    with db:
        db.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            db.execute(table)
        save(db, description)
    # So that the file itself says what it is, also where its write-ahead log is lost.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def create(path: str, description: Description) -> sqlite3.Connection:
    """Make a session file and give the connection that writes it, for any one thread.

    Raises CannotWrite where the file exists or its folder does not or may not be written, DiskFull where there
    is no room; nothing is left behind then.
    """
    _claim(path)
    uri = database_uri(path, "mode=rw")
    try:
        db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            _fill(db, description)
            _sync_folder(path)
        except BaseException:
            db.close()
            raise
    except BaseException as error:
        for made in (path, *(path + suffix for suffix in SIDECARS)):
            with suppress(FileNotFoundError):
                os.unlink(made)
        if isinstance(error, (sqlite3.Error, OSError)):
            if is_full(error):
                raise disk_full(path) from error
            raise CannotWrite(f"{path} cannot be made: {error}", "Record to another folder") from error
        raise
    return db


def is_full(error: BaseException) -> bool:
    """Whether a failed write had no room."""
    return "full" in str(error) or getattr(error, "errno", 0) in (errno.ENOSPC, errno.EDQUOT)


def disk_full(path: str) -> DiskFull:
    """What a user is told then."""
    return DiskFull(f"No room is left for the recording {path}", "Free some space, then record anew")
