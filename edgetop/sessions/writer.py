"""Writing a session file: batches in, one transaction for all seconds that are over, one file at the end."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Any, Optional

import numpy as np

from edgetop.clock import SECOND_NS
from edgetop.samples import Batch, Event
from edgetop.sessions.codec import CODEC, MAX_ITEMS, encode
from edgetop.sessions.creation import create
from edgetop.sessions.description import Description, latency_channels
from edgetop.sessions.hold import Hold
from edgetop.sessions.intake import Intake
from edgetop.sessions.pyramid import Pyramid, Row, Stat, merged, pack_histogram, stats_of, unpack_histogram
from edgetop.sessions.schema import CHANNEL_BITS, LEVELS, PART_BITS
from edgetop.sessions.second import MOMENT, Second
from edgetop.sessions.thinning import thinned

_END_OF_TIME_S = 1 << 34
"""A second later than any 64-bit nanosecond."""

_RUN_FIELDS = {"status": "status", "version": "framework_version", "device": "device", "sha256": "model_sha256"}
"""What an event ``run`` says, to the column of ``run`` that keeps it."""

_INSERT = {
    width_s: f"INSERT OR REPLACE INTO {table}(id, n, min, max, sum) VALUES (?, ?, ?, ?, ?)"
    if width_s == 1
    else f"INSERT OR REPLACE INTO {table}(id, n, min, max, sum, hist) VALUES (?, ?, ?, ?, ?, ?)"
    for width_s, table in LEVELS.items()
}
"""Seconds a row of statistics covers, to what stores it."""


class SessionWriter:
    """A new session file; one thread at a time may use it.

    The constructor raises CannotWrite or DiskFull; ``commit`` and ``close`` raise sqlite3.Error and OSError,
    and then what was committed before is intact.
    """

    def __init__(self, path: str, description: Description) -> None:
        self._db = create(path, description)
        self._hold = Hold(path)
        self.path = path
        self.keep_frames = True
        """Whether samples and readings are kept, or the statistics and events alone."""
        self._raw_limit = description.plan.raw_limit
        self._start_ns = description.t0_mono_ns
        latency = latency_channels(description)
        self._runs = {channel: run for run, channel in latency.items()}
        self._intake = Intake(self._start_ns, latency)
        self._events: list[Event] = []
        self._pyramid = Pyramid()
        self._until_ns = 0
        self._end_ns = 0
        self._committed_s = 0

    def add(self, batch: Batch) -> None:
        """Take a batch in; nothing is on disk before the next commit."""
        self._intake.add(batch)
        self._events += batch.events
        self._until_ns = max(self._until_ns, batch.until_ns - self._start_ns)

    def _reach(self, moment_ns: int) -> None:
        self._end_ns = max(self._end_ns, moment_ns)

    @property
    def size_bytes(self) -> int:
        """Of the file and its write-ahead log."""
        return os.stat(self.path).st_size + self.log_bytes

    @property
    def log_bytes(self) -> int:
        """Of the write-ahead log."""
        try:
            return os.stat(self.path + "-wal").st_size
        except FileNotFoundError:
            return 0

    def commit(self) -> int:
        """Put on disk, in one transaction, the events and all seconds that are over; gives how many those are."""
        return self._commit(max(self._committed_s, self._until_ns // SECOND_NS))

    def _commit(self, until_s: int) -> int:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for second in self._intake.over(until_s):
                self._write_second(second)
            for width_s, rows in groupby(self._pyramid.over(until_s), attrgetter("width_s")):
                self._write_rows(width_s, rows)
            self._write_events()
        self._reach(self._until_ns)
        self._events = []
        self._committed_s = until_s
        return until_s

    def _write_second(self, second: Second) -> None:
        self._reach(int(second.table[MOMENT].max()) + 1)
        kept, left_out = self._kept(second)
        if kept is not None:
            self._write_frames(kept)
        self._tell_left_out(second, left_out)
        stats = stats_of(second)
        self._pyramid.add(second.number, stats)
        # In the order of their numbers, rows fill their pages.
        rows = [Row(1, second.number, channel, stat) for channel, stat in sorted(stats.items())]
        self._write_rows(1, rows)

    def _write_frames(self, second: Second) -> None:
        first = self._next_frame(second.number)
        for part, begin in enumerate(range(0, len(second), MAX_ITEMS)):
            frame = second
            if len(second) > MAX_ITEMS:
                frame = second.chosen(np.arange(begin, min(begin + MAX_ITEMS, len(second))))
            row = (first + part, CODEC, len(frame), encode(frame))
            self._db.execute("INSERT INTO frame(id, codec, n, data) VALUES (?, ?, ?, ?)", row)

    def _next_frame(self, second: int) -> int:
        first, past = second << PART_BITS, (second + 1) << PART_BITS
        if second >= self._committed_s:  # only what comes late finds a frame there already.
            return first
        (last,) = self._db.execute("SELECT max(id) FROM frame WHERE id >= ? AND id < ?", (first, past)).fetchone()
        return first if last is None else int(last) + 1

    def _kept(self, second: Second) -> tuple[Optional[Second], Mapping[int, int]]:
        """What of it goes into frames, and at which places of its channels how many samples do not."""
        if not self.keep_frames:
            return None, {place: int(second.counts[place]) for place in range(second.sensors, len(second.channels))}
        return thinned(second, self._raw_limit) if self._raw_limit else (second, {})

    def _tell_left_out(self, second: Second, left_out: Mapping[int, int]) -> None:
        """Note how many samples are not kept: a replay has fewer than were measured, and says so."""
        for place, count in left_out.items():
            last_ns = self._start_ns + int(second.table[MOMENT, second.edges[place + 1] - 1])
            self._events.append(Event(last_ns, "lost", {"count": count}, self._runs[int(second.channels[place])]))

    def _write_rows(self, width_s: int, rows: Iterable[Row]) -> None:
        self._db.executemany(_INSERT[width_s], [self._values(row) for row in rows])

    def _values(self, row: Row) -> tuple[Any, ...]:
        width_s, bucket, channel, stat = row
        number = bucket << CHANNEL_BITS | channel
        # Only what came late can find a row there already.
        if (bucket + 1) * width_s <= self._committed_s:
            stat = merged([*self._stored(LEVELS[width_s], number), stat])
        if width_s == 1:
            return (number, *stat[:4])
        return (number, *stat[:4], None if stat.histogram is None else pack_histogram(stat.histogram))

    def _stored(self, table: str, number: int) -> list[Stat]:
        hist = "NULL" if table == LEVELS[1] else "hist"
        row = self._db.execute(f"SELECT n, min, max, sum, {hist} FROM {table} WHERE id = ?", (number,)).fetchone()
        if row is None:
            return []
        n, smallest, largest, total, packed = row
        return [Stat(n, smallest, largest, total, None if packed is None else unpack_histogram(packed))]

    def _write_events(self) -> None:
        for event in self._events:
            t_ns = int(event.t_ns) - self._start_ns
            self._reach(t_ns + 1)
            data = json.dumps(dict(event.data), separators=(",", ":"), default=str)
            row = (t_ns, event.run, event.kind, data)
            self._db.execute("INSERT INTO event(t_ns, run_id, kind, data) VALUES (?, ?, ?, ?)", row)
            if event.kind == "run":
                self._update_run(event, t_ns)

    def _update_run(self, event: Event, t_ns: int) -> None:
        changes = {column: str(event.data[key]) for key, column in _RUN_FIELDS.items() if key in event.data}
        moments = {"running": "t_start", "done": "t_end", "failed": "t_end"}
        for column, value in changes.items():
            self._db.execute(f"UPDATE run SET {column} = ? WHERE id = ?", (value, event.run))
        column = moments.get(changes.get("status", ""), "")
        if column:
            self._db.execute(f"UPDATE run SET {column} = coalesce({column}, ?) WHERE id = ?", (t_ns, event.run))

    def close(self) -> None:
        """Put everything on disk, mark the file closed, and leave it alone without its write-ahead log.

        With a reader attached the log stays, emptied into the file; the next one who writes removes it.
        """
        try:
            self._commit(_END_OF_TIME_S)
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute("INSERT INTO meta VALUES ('duration_ns', ?)", (self._end_ns,))
                self._db.execute("UPDATE meta SET value = 1 WHERE key = 'closed'")
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Close the file as it is, without what is pending."""
        with suppress(sqlite3.Error):  # a reader holds it, or there is no room to fold the log in
            self._db.execute("PRAGMA busy_timeout=500")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.close()
        self._hold.let_go()
