"""The replay feed: the batches of a session file, at the recorded pace times a factor, or as fast as they are read."""

from __future__ import annotations

from itertools import islice

from edgetop.clock import now_ns
from edgetop.controls import Command, Pause, Seek, Speed
from edgetop.engine.overlay import Overlay
from edgetop.errors import EdgetopError
from edgetop.protocol import LogLines
from edgetop.samples import Batch, Event, Readings, Samples, is_sound, join_readings, join_samples
from edgetop.sessions.reader import SessionReader

MIN_SPEED, MAX_SPEED = 0.1, 1000.0
LONGEST_STEP_NS = 60_000_000_000
"""So much of a recording is read at once at most, which bounds the time that a drain takes."""
UNPACED_SECONDS = 60
"""The same without a pace, in seconds with anything in them: what is forged to last long takes no longer."""


class ReplayFeed:
    """Replays a session; it begins at once, and holds at the end until it is closed.

    With ``paced`` off each drain reads on at once, whatever time has passed; it cannot be sought in. ``meter_csv`` is a
    USB meter's recording of the session, which takes the place of its own source of power.
    """

    can_seek = True

    def __init__(self, path: str, *, paced: bool = True, meter_csv: str = "") -> None:
        self._reader = SessionReader(path)
        try:
            self._overlay = Overlay(meter_csv, self._reader) if meter_csv else None
        except EdgetopError:
            self._reader.close()
            raise
        self.description = self._overlay.description if self._overlay else self._reader.description
        self.duration_ns = self._reader.duration_ns
        self.paused = False
        self.speed = 1.0
        self.restarted = False
        self._position_ns = 0
        self._read_ns = 0
        self._asked_ns = now_ns()
        self._logs: list[LogLines] = []
        self._closed = False
        self._unpaced = None if paced else self._reader.batches(0, self.duration_ns + 1)

    @property
    def ended(self) -> bool:
        """Whether the end of the recording has been read."""
        return self._read_ns >= self.duration_ns

    @property
    def failed(self) -> bool:
        """A replay shows failed runs, it does not fail by them."""
        return False

    def start(self) -> None:
        """Begin to play."""
        self._asked_ns = now_ns()

    def drain(self) -> Batch:
        """All that lies between the last position and the present one."""
        if self._unpaced is not None:
            return self._take([] if self._closed else list(islice(self._unpaced, UNPACED_SECONDS)))
        asked_ns = now_ns()
        if not self.paused:
            self._position_ns += int((asked_ns - self._asked_ns) * self.speed)
        self._asked_ns = asked_ns
        self._position_ns = min(self._position_ns, self.duration_ns)
        until_ns = min(self._position_ns, self._read_ns + LONGEST_STEP_NS)
        return self._read_until(until_ns)

    def _read_until(self, until_ns: int) -> Batch:
        absolute = self.description.t0_mono_ns + until_ns
        if until_ns <= self._read_ns or self._closed:
            return Batch(absolute)
        # The end itself belongs to the recording; elsewhere a stretch excludes its end.
        beyond = until_ns + 1 if until_ns >= self.duration_ns else until_ns
        return self._take(list(self._reader.batches(self._read_ns, beyond)), until_ns)

    def _take(self, batches: list[Batch], until_ns: int | None = None) -> Batch:
        """Successive batches as one that reaches so far: as the last of them, or to the end where there is none."""
        start_ns = self.description.t0_mono_ns
        if until_ns is None:
            until_ns = min(batches[-1].until_ns - start_ns, self.duration_ns) if batches else self.duration_ns
        batch = merge(batches, start_ns + until_ns)
        if self._overlay is not None:
            beyond_ns = until_ns + 1 if until_ns >= self.duration_ns else until_ns
            batch = self._overlay.added(batch, start_ns + self._read_ns, start_ns + beyond_ns)
        self._read_ns = until_ns
        self._logs += [
            LogLines(event.run, (str(event.data["line"]),))
            for event in batch.events
            if event.kind == "log" and event.run is not None
        ]
        return batch

    def log(self) -> list[LogLines]:
        """What the frameworks had printed in the stretch last read."""
        lines, self._logs = self._logs, []
        return lines

    def command(self, command: Command) -> None:
        """Pause or go on, seek, change speed."""
        if isinstance(command, Pause):
            if not command.on and self.ended:
                self._go_to(0)
            self.paused = command.on
        elif isinstance(command, Speed):
            self.speed = min(MAX_SPEED, max(MIN_SPEED, command.factor))
        elif isinstance(command, Seek):
            self._go_to(command.t_ns)

    def _go_to(self, t_ns: int) -> None:
        self._position_ns = min(self.duration_ns, max(0, t_ns))
        if self._position_ns < self._read_ns:
            self._read_ns = 0
            self.restarted = True

    def close(self) -> None:
        """Close the file; nothing more is read."""
        self._closed = True
        self._reader.close()


def merge(batches: list[Batch], until_ns: int) -> Batch:
    """Successive batches as one, without the events that are not what they say."""
    samples: dict[int, list[Samples]] = {}
    readings: dict[int, list[Readings]] = {}
    events: list[Event] = []
    for batch in batches:
        for run, part in batch.samples.items():
            samples.setdefault(run, []).append(part)
        for channel, values in batch.readings.items():
            readings.setdefault(channel, []).append(values)
        events += filter(is_sound, batch.events)
    return Batch(
        until_ns,
        {run: join_samples(parts) for run, parts in samples.items()},
        {channel: join_readings(parts) for channel, parts in readings.items()},
        tuple(events),
    )
