"""Opening a file that may come from anyone: it is a session, or BadSession says why not.

SQLite reads such a file safely as long as nothing in it can run: no views, triggers or virtual tables, nothing
but SELECT, sizes bounded, and every question bounded in time.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edgetop.errors import BadSession
from edgetop.sessions.creation import database_uri
from edgetop.sessions.schema import APPLICATION_ID, MAJOR

BUDGET_S = 5.0
"""How long one question to a file may take."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_READ_VERSION, _WITH_LOG = 19, 2
_LIMITS = {"LENGTH": 64 << 20, "SQL_LENGTH": 100_000, "ATTACHED": 0, "VDBE_OP": 100_000, "EXPR_DEPTH": 50}
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION))
_PICK_ANOTHER = "`edgetop list sessions` shows the recordings there are"


def is_session(path: str) -> bool:
    """Whether the file's header is a session's, whatever its name."""
    try:
        _check_header(path)
    except BadSession:
        return False
    return True


def _check_header(path: str) -> bool:
    """Whether a log belongs to it that is not there; raises BadSession."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise BadSession(f"{path} is not a file", _PICK_ANOTHER)
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
    except (OSError, ValueError) as error:
        raise BadSession(f"{path} cannot be read: {getattr(error, 'strerror', error)}", _PICK_ANOTHER) from error
    if not header:
        raise BadSession(f"{path} is empty", _PICK_ANOTHER)
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise BadSession(f"{path} is not a session", _PICK_ANOTHER)
    page_bytes, pages = struct.unpack_from(">H", header, 16)[0], struct.unpack_from(">I", header, 28)[0]
    version, application = struct.unpack_from(">I", header, 60)[0], struct.unpack_from(">I", header, 68)[0]
    if application != APPLICATION_ID:
        raise BadSession(f"{path} is a database of another program, not a session", _PICK_ANOTHER)
    if version // 1000 > MAJOR:
        raise BadSession(f"{path} was recorded by a newer edgetop", "Bring edgetop up to date: pip install -U edgetop")
    has_log = os.path.exists(path + "-wal")
    # While a write-ahead log is folded in, and after a crash in the midst of it, the file may be behind its header.
    if status.st_size < page_bytes * pages and not has_log:
        raise BadSession(f"{path} is cut short: {status.st_size} bytes of {page_bytes * pages}", "Copy it once more")
    return header[_READ_VERSION] == _WITH_LOG and not has_log


class SafeDatabase:
    """A session's database, for SELECTs alone."""

    def __init__(self, path: str) -> None:
        self.lacks_log = _check_header(path)
        """Whether it was written with a log that is not beside it: closed by edgetop, a session needs none."""
        self.path = path
        self._deadline = 0.0
        with self._blaming_the_file():
            # Else an empty log would be made, and nothing would tell that there was another.
            self._db = self._connected("mode=ro&immutable=1" if self.lacks_log else "mode=ro")
        try:
            with self._blaming_the_file():
                self._harden()
        except BadSession:
            self._db.close()
            raise

    def _connected(self, mode: str) -> sqlite3.Connection:
        db = sqlite3.connect(database_uri(self.path, mode), uri=True, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA trusted_schema=off")
            db.execute("PRAGMA schema_version").fetchone()
        except sqlite3.OperationalError:
            db.close()
            # A write-ahead log needs a folder that can be written. Where there is no log, the file is all there is.
            if mode != "mode=ro" or os.path.exists(self.path + "-wal"):
                raise
            return self._connected("mode=ro&immutable=1")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _harden(self) -> None:
        db = self._db
        self._renew_budget()
        db.set_progress_handler(lambda: time.monotonic() > self._deadline, 10_000)
        for pragma in ("cell_size_check=on", "mmap_size=0", "query_only=on"):
            db.execute(f"PRAGMA {pragma}")
        if hasattr(db, "setlimit"):  # Python 3.11
            for name, limit in _LIMITS.items():
                db.setlimit(getattr(sqlite3, f"SQLITE_LIMIT_{name}"), limit)
        for kind, sql in db.execute("SELECT type, sql FROM sqlite_master"):
            if kind not in ("table", "index") or "virtual" in str(sql).lower()[:30]:
                raise BadSession(f"{self.path} holds a {str(kind)[:10]} that no session has", _PICK_ANOTHER)
        db.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)

    def _renew_budget(self) -> None:
        self._deadline = time.monotonic() + BUDGET_S

    @contextmanager
    def _blaming_the_file(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> BadSession:
        """What an error while reading means to a user."""
        # The message may quote the file: nothing of it that a terminal would obey, and not all of it.
        reason = "".join(c if c.isprintable() else "?" for c in str(error)[:100])
        return BadSession(f"{self.path} is damaged: {reason}", "Copy it once more, with its -wal file if there is one")

    def rows(self, sql: str, *values: int | str) -> list[tuple[Any, ...]]:
        """All rows of one SELECT; raises BadSession where the file is at fault."""
        self._renew_budget()
        with self._blaming_the_file():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turns what unpacking raises about contents that are not ours into BadSession."""
        try:
            yield
        except (ValueError, TypeError, OverflowError, RecursionError, struct.error, zlib.error) as error:
            raise self.damaged(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
