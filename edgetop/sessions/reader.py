"""Reading a session file: its description, what was measured in any stretch of it, and its overview."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Optional

from edgetop.clock import SECOND_NS
from edgetop.errors import BadSession
from edgetop.samples import Batch, Event, Readings, Samples, is_sound
from edgetop.sessions.codec import CODEC, decode
from edgetop.sessions.description import load, load_latency_channels, load_ticks_ns
from edgetop.sessions.entries import Entry, between, in_order, joined, shifted, with_ticks_of
from edgetop.sessions.markers import MARKING_EVENTS, Marker, markers
from edgetop.sessions.opening import SafeDatabase
from edgetop.sessions.overview import StatRow, latencies, overview_rows
from edgetop.sessions.pyramid import Stat
from edgetop.sessions.schema import CHANNEL_BITS, PART_BITS

MAX_ITEMS_A_SECOND = 4 << 20
"""More is no recording of ours, and would not fit a board's memory."""
MAX_MARKING_EVENTS = 100_000
"""Likewise, of events that markers are made of."""

_EARLIEST_NS = -(2**63)
_LAST_SECOND = 2**63 // SECOND_NS - 1


class SessionReader:
    """A session file, also one that is still being written; raises BadSession, then and later.

    Each question sees the file as it is at that moment, and holds nothing between two of them, so a recording
    that goes on is not in its way.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._db = SafeDatabase(path)
        try:
            with self._db.reading():
                self.description, meta = load(self._db.rows)
                self._runs = load_latency_channels(self._db.rows, [run.id for run in self.description.plan.runs])
                self._ticks_ns = load_ticks_ns(self._db.rows)
                self._closed_duration_ns = _closed_duration(meta)
        except BadSession:
            self._db.close()
            raise
        self._start_ns = self.description.t0_mono_ns
        self._channels = frozenset(channel.id for channel in self.description.channels)

    def __enter__(self) -> SessionReader:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def closed(self) -> bool:
        """Whether the recording was complete when it was last looked at: not after a crash, nor while it goes on."""
        return self._closed_duration_ns is not None

    @property
    def lacks_log(self) -> bool:
        """Whether it was cut off and its write-ahead log, with the newest seconds, is not beside it."""
        return self._db.lacks_log and not self.closed

    def look_again(self) -> bool:
        """Whether the recording is complete now; what else is asked of the file is as it is then in any case."""
        if self._closed_duration_ns is None:
            with self._db.reading():
                self._closed_duration_ns = _closed_duration(dict(self._db.rows("SELECT key, value FROM meta")))
        return self.closed

    @property
    def duration_ns(self) -> int:
        """From the session's start to its end; to the last whole second on disk where it is not closed."""
        if self._closed_duration_ns is not None:
            return self._closed_duration_ns
        frame = self._number("SELECT max(id) FROM frame")
        stat = self._number("SELECT max(id) FROM stat")
        event = self._number("SELECT max(t_ns) FROM event")
        seconds = [number >> bits for number, bits in ((frame, PART_BITS), (stat, CHANNEL_BITS)) if number is not None]
        return max([(second + 1) * SECOND_NS for second in seconds] + [0 if event is None else event + 1])

    def _number(self, sql: str, *values: int) -> Optional[int]:
        ((number,),) = self._db.rows(sql, *values)
        if not isinstance(number, (int, type(None))):
            raise self._db.damaged(ValueError("a number is none"))
        return number

    def batches(self, from_ns: int, until_ns: int) -> Iterator[Batch]:
        """What was measured in [from_ns, until_ns) since the session's start, second by second, in order of time.

        A sample lies where it ended, readings and events at their times; what was before the start lies at the
        start. Times in the batches are absolute, as recorded. Seconds in which nothing was are left out.
        """
        from_ns = max(0, from_ns)
        second = self._next_second(from_ns // SECOND_NS, from_ns)
        while second is not None and second * SECOND_NS < until_ns:
            past_ns = (second + 1) * SECOND_NS
            first_ns, last_ns = max(from_ns, second * SECOND_NS), min(until_ns, past_ns)
            with self._db.reading():
                batch = self._batch(second, first_ns, last_ns)
            if batch.samples or batch.readings or batch.events:
                yield batch
            second = self._next_second(second + 1, past_ns)

    def _next_second(self, second: int, from_ns: int) -> Optional[int]:
        """The first second from there on with something in it."""
        if second > _LAST_SECOND:
            return None
        frame = self._number("SELECT min(id) FROM frame WHERE id >= ?", second << PART_BITS)
        lowest_ns = from_ns if second else _EARLIEST_NS
        event_ns = self._number("SELECT min(t_ns) FROM event WHERE t_ns >= ?", lowest_ns)
        found = [] if frame is None else [frame >> PART_BITS]
        if event_ns is not None:
            found.append(max(0, event_ns) // SECOND_NS)
        if found and min(found) < second:
            raise self._db.damaged(ValueError("seconds out of order"))
        return min(found, default=None)

    def _batch(self, second: int, first_ns: int, last_ns: int) -> Batch:
        samples: dict[int, Samples] = {}
        readings: dict[int, Readings] = {}
        for channel, parts in sorted(self._parts(second).items()):
            entry = shifted(between(in_order(joined(parts)), first_ns, last_ns), self._start_ns)
            if not len(entry):
                continue
            if isinstance(entry, Samples):
                samples[self._runs[channel]] = entry
            else:
                readings[channel] = entry
        return Batch(self._start_ns + last_ns, samples, readings, self._events(first_ns, last_ns))

    def _parts(self, second: int) -> dict[int, list[Entry]]:
        """Channel to its entries within a second, in the order they came; times since the session's start."""
        parts: dict[int, list[Entry]] = {}
        items = 0
        first, past = second << PART_BITS, (second + 1) << PART_BITS
        frame = first - 1
        while True:
            found = self._db.rows(
                "SELECT id, codec, data FROM frame WHERE id > ? AND id < ? ORDER BY id LIMIT 1", frame, past
            )
            if not found:
                return parts
            ((number, codec, data),) = found
            if not frame < number < past:
                raise ValueError("frames out of order")
            frame = number
            if codec != CODEC:  # of a newer minor version
                continue
            if type(data) is not bytes:
                raise ValueError("frame without data")
            for channel, entry in decode(data).items():
                items += len(entry)
                if channel in (self._runs if isinstance(entry, Samples) else self._channels):
                    entry = with_ticks_of(entry, self._ticks_ns.get(channel, 1))
                    parts.setdefault(channel, []).append(shifted(entry, second * SECOND_NS))
            if items > MAX_ITEMS_A_SECOND:
                raise ValueError("more samples in a second than are ever recorded")

    def _events(self, first_ns: int, last_ns: int) -> tuple[Event, ...]:
        found = self._db.rows(
            "SELECT t_ns, run_id, kind, data FROM event WHERE t_ns >= ? AND t_ns < ? ORDER BY t_ns, id",
            first_ns if first_ns > 0 else _EARLIEST_NS,
            last_ns,
        )
        return tuple(self._event(*row) for row in found)

    def _event(self, t_ns: Any, run: Any, kind: Any, text: Any) -> Event:
        data = json.loads(text)
        if not (isinstance(data, dict) and isinstance(kind, str) and isinstance(run, (int, type(None)))):
            raise ValueError("event")
        return Event(self._start_ns + t_ns, kind, data, run)

    def markers(self) -> list[Marker]:
        """The moments worth going to, in order of time; no samples are read for it."""
        kinds = ", ".join(f"'{kind}'" for kind in MARKING_EVENTS)
        wanted = f"SELECT t_ns, run_id, kind, data FROM event WHERE kind IN ({kinds}) ORDER BY t_ns, id LIMIT ?"
        with self._db.reading():
            events = [self._event(*row) for row in self._db.rows(wanted, MAX_MARKING_EVENTS)]
            return markers(filter(is_sound, events), self.description)

    def events(self, kind: str) -> list[Event]:
        """All events of one kind, in order of time."""
        with self._db.reading():
            rows = self._db.rows("SELECT t_ns, run_id, kind, data FROM event WHERE kind = ? ORDER BY t_ns, id", kind)
            return [self._event(*row) for row in rows]

    def overview(self, channel: int, buckets: int) -> tuple[StatRow, ...]:
        """Statistics of a channel over the whole session, in at most so many rows, in order of time."""
        with self._db.reading():
            return overview_rows(self._db.rows, channel, self.duration_ns, buckets)

    def latencies(self, run: int) -> Optional[Stat]:
        """Statistics and histogram of all of a run's latencies, to the last ten seconds on disk; None without any."""
        with self._db.reading():
            return latencies(self._db.rows, self.latency_channel(run))

    def outcome(self, run: int) -> tuple[str, str]:
        """A run's state and its framework's version, as they were last told; empty where they never were."""
        found = self._db.rows("SELECT status, framework_version FROM run WHERE id = ?", run)
        status, version = found[0] if found else (None, None)
        return str(status or ""), str(version or "")

    def weights(self, run: int) -> str:
        """The SHA-256 of a run's weights, or of its model file; empty where it was never told."""
        found = self._db.rows("SELECT model_sha256 FROM run WHERE id = ?", run)
        return str(found[0][0] or "") if found else ""

    def latency_channel(self, run: int) -> int:
        """The number of a run's latency channel, for ``overview``; raises KeyError."""
        return {of: number for number, of in self._runs.items()}[run]


def _closed_duration(meta: dict[str, Any]) -> Optional[int]:
    if not meta.get("closed"):
        return None
    duration = meta.get("duration_ns")
    if not isinstance(duration, int) or duration < 0:
        raise ValueError("duration")
    return duration
