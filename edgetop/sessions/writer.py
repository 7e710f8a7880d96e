"""Writing a session file: batches in, one transaction for all seconds that are over, one file at the end."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Any, Optional

from edgetop.clock import SECOND_NS
from edgetop.samples import Batch, Event
from edgetop.sessions.codec import CODEC, MAX_ITEMS, encode
from edgetop.sessions.creation import create
from edgetop.sessions.description import Description, latency_channels
from edgetop.sessions.entries import Entry, by_second, moments_ns, values
from edgetop.sessions.hold import Hold
from edgetop.sessions.pyramid import Pyramid, Row, Stat, merged, pack_histogram, stats_of, unpack_histogram
from edgetop.sessions.schema import CHANNEL_BITS, LEVELS, PART_BITS

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


def _frames(entries: Mapping[int, Entry]) -> Iterator[dict[int, Entry]]:
    """The entries, cut so that no frame holds more than MAX_ITEMS."""
    frame: dict[int, Entry] = {}
    room = MAX_ITEMS
    for channel, entry in entries.items():
        while len(entry) > room:
            if room:
                frame[channel] = entry[:room]
            yield frame
            frame, entry, room = {}, entry[room:], MAX_ITEMS
        frame[channel] = entry
        room -= len(entry)
    if frame:
        yield frame


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
        self._latency = latency_channels(description)
        self._latency_channels = frozenset(self._latency.values())
        self._pending: dict[int, list[Entry]] = {}
        self._events: list[Event] = []
        self._pyramid = Pyramid()
        self._until_ns = 0
        self._end_ns = 0
        self._committed_s = 0

    def add(self, batch: Batch) -> None:
        """Take a batch in; nothing is on disk before the next commit."""
        for run, samples in batch.samples.items():
            self._take(self._latency[run], samples)
        for channel, readings in batch.readings.items():
            self._take(channel, readings)
        self._events += batch.events
        self._until_ns = max(self._until_ns, batch.until_ns - self._start_ns)
        self._reach(batch.until_ns, *(event.t_ns + 1 for event in batch.events))

    def _take(self, channel: int, entry: Entry) -> None:
        if len(entry):
            self._pending.setdefault(channel, []).append(entry)

    def _reach(self, *moments: int) -> None:
        self._end_ns = max(self._end_ns, int(max(moments)) - self._start_ns)

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
        seconds = self._seconds_over(until_s)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for second, entries in sorted(seconds.items()):
                kept = self._kept(entries)
                self._write_frames(second, kept)
                self._tell_left_out(entries, kept)
                self._write_stats(second, entries)
            self._write_rows(self._pyramid.over(until_s))
            self._write_events()
        self._events = []
        self._committed_s = until_s
        return until_s

    def _seconds_over(self, until_s: int) -> dict[int, dict[int, Entry]]:
        """Take out of the pending what lies before a second; what came late lies there too."""
        seconds = by_second(self._pending, self._start_ns)
        over = {second: seconds.pop(second) for second in sorted(seconds) if second < until_s}
        self._pending = {}
        for _, entries in sorted(seconds.items()):
            for channel, entry in entries.items():
                self._pending.setdefault(channel, []).append(entry)
        if over:
            self._reach(*(int(moments_ns(entry)[-1]) + 1 for entry in over[max(over)].values()))
        return over

    def _write_frames(self, second: int, entries: Mapping[int, Entry]) -> None:
        since_ns = self._start_ns + second * SECOND_NS
        for number, frame in enumerate(_frames(entries), self._next_frame(second)):
            row = (number, CODEC, sum(map(len, frame.values())), encode(frame, since_ns))
            self._db.execute("INSERT INTO frame(id, codec, n, data) VALUES (?, ?, ?, ?)", row)

    def _next_frame(self, second: int) -> int:
        first, past = second << PART_BITS, (second + 1) << PART_BITS
        if second >= self._committed_s:  # only what comes late finds a frame there already.
            return first
        (last,) = self._db.execute("SELECT max(id) FROM frame WHERE id >= ? AND id < ?", (first, past)).fetchone()
        return first if last is None else int(last) + 1

    def _kept(self, entries: Mapping[int, Entry]) -> dict[int, Entry]:
        """What goes into frames: all, nothing, or of each run evenly no more than the plan's limit."""
        if not self.keep_frames:
            return {}
        kept = dict(entries)
        for channel in self._latency_channels.intersection(entries) if self._raw_limit else ():
            kept[channel] = entries[channel][:: -(-len(entries[channel]) // self._raw_limit)]
        return kept

    def _tell_left_out(self, entries: Mapping[int, Entry], kept: Mapping[int, Entry]) -> None:
        """Note how many samples of each run are not kept: a replay has fewer than were measured, and says so."""
        for run, channel in self._latency.items():
            count = len(entries.get(channel, ())) - len(kept.get(channel, ()))
            if count:
                last_ns = int(moments_ns(entries[channel])[-1])
                self._events.append(Event(last_ns, "lost", {"count": count}, run))

    def _write_stats(self, second: int, entries: Mapping[int, Entry]) -> None:
        stats = stats_of({channel: values(entry) for channel, entry in entries.items()}, self._latency_channels)
        for channel, stat in stats.items():
            self._pyramid.add(second, channel, stat)
        # In the order of their numbers, rows fill their pages.
        self._write_rows(Row(1, second, channel, stats[channel]) for channel in sorted(stats))

    def _write_rows(self, rows: Iterable[Row]) -> None:
        for width_s, level in groupby(rows, attrgetter("width_s")):
            self._db.executemany(_INSERT[width_s], [self._values(row) for row in level])

    def _values(self, row: Row) -> tuple[Any, ...]:
        width_s, bucket, channel, stat = row
        number = bucket << CHANNEL_BITS | channel
        # Only what came late can find a row there already.
        if (bucket + 1) * width_s <= self._committed_s:
            stat = merged(self._stored(LEVELS[width_s], number), stat)
        if width_s == 1:
            return (number, *stat[:4])
        return (number, *stat[:4], None if stat.histogram is None else pack_histogram(stat.histogram))

    def _stored(self, table: str, number: int) -> Optional[Stat]:
        hist = "NULL" if table == LEVELS[1] else "hist"
        row = self._db.execute(f"SELECT n, min, max, sum, {hist} FROM {table} WHERE id = ?", (number,)).fetchone()
        if row is None:
            return None
        n, smallest, largest, total, packed = row
        return Stat(n, smallest, largest, total, None if packed is None else unpack_histogram(packed))

    def _write_events(self) -> None:
        for event in self._events:
            t_ns = int(event.t_ns) - self._start_ns
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
