"""The tables of a session file, version 1.0.

A minor version adds tables, columns, codec numbers or kinds of channel, and every reader of the same major
version goes on reading; a major version is refused by older readers. Times are nanoseconds since the session's
start (``t0_mono_ns`` in ``meta``), seconds and buckets likewise. A channel's real value is an integer times its
``scale`` plus its ``offset``.
"""

from __future__ import annotations

APPLICATION_ID = 0x45444754
"""``EDGT`` at byte 68 of the file."""
MAJOR, MINOR = 1, 0
MAX_CHANNELS = 1024

CHANNEL_BITS = 10
"""A row of statistics is numbered bucket << 10 | channel, so that rows are in order of time."""
PART_BITS = 20
"""A frame is numbered second << 20 | part: part 0, and one more each time something came late."""

LEVELS = {1: "stat", 10: "stat10", 100: "stat100", 1000: "stat1000"}
"""Seconds a row covers, to the table of statistics."""

PRAGMAS = (
    "page_size=4096",
    "journal_mode=wal",
    # With NORMAL a power cut loses all since the last checkpoint: minutes. FULL loses the second in flight.
    "synchronous=full",
    "wal_autocheckpoint=1000",
    "journal_size_limit=8388608",
    f"application_id={APPLICATION_ID}",
    f"user_version={1000 * MAJOR + MINOR}",
)


def _level(table: str, seconds: int) -> str:
    hist = "" if seconds == 1 else "hist BLOB,"
    return f"""CREATE TABLE {table}(id INTEGER PRIMARY KEY, n INT, min INT, max INT, sum INT, {hist}
  t INT GENERATED ALWAYS AS ((id >> 10) * {seconds}) VIRTUAL, ch INT GENERATED ALWAYS AS (id & 1023) VIRTUAL)"""


TABLES = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE run(id INTEGER PRIMARY KEY, model TEXT, model_sha256 TEXT, framework TEXT,
  framework_version TEXT, device TEXT, precision TEXT, batch INT, threads INT, params TEXT,
  t_start INT, t_end INT, status TEXT)""",
    """CREATE TABLE channel(id INTEGER PRIMARY KEY, run_id INT, name TEXT, unit TEXT, kind TEXT, scale REAL,
  "offset" REAL, tick_ns INT, hz REAL, title TEXT, source TEXT, charted INT)""",
    """CREATE TABLE frame(id INTEGER PRIMARY KEY, codec INT, n INT, data BLOB,
  sec INT GENERATED ALWAYS AS (id >> 20) VIRTUAL)""",
    *(_level(table, seconds) for seconds, table in LEVELS.items()),
    "CREATE TABLE event(id INTEGER PRIMARY KEY, t_ns INT, run_id INT, kind TEXT, data TEXT)",
    "CREATE INDEX event_t ON event(t_ns)",
)
