"""A session file as the batches of any stretch of it, with a USB meter's watts laid over it where there are some."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from edgetop.clock import SECOND_NS, now_ns
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.overlay import Overlay
from edgetop.engine.overview import overview
from edgetop.errors import EdgetopError
from edgetop.protocol import Overview
from edgetop.samples import Batch, Event, Readings, Samples, is_sound, join_readings, join_samples
from edgetop.sessions.hold import is_held
from edgetop.sessions.reader import SessionReader

UNPACED_SECONDS = 60
"""Read at once without a pace, in seconds with anything in them: what is forged to last long takes no longer."""

CUT_OFF_NS = 10 * SECOND_NS
"""A recording that has not grown for so long has been cut off."""


class Recorded:
    """A recording that can be read anywhere; raises BadSession, then and later."""

    def __init__(self, path: str, meter_csv: str = "") -> None:
        held = is_held(path)  # before it is open here: see there
        self.reader = SessionReader(path)
        try:
            self._overlay = Overlay(meter_csv, self.reader) if meter_csv else None
        except EdgetopError:
            self.reader.close()
            raise
        self.description = self._overlay.description if self._overlay else self.reader.description
        self.goes_on = held and not self.reader.closed
        """Whether it is still being recorded; then it ends at the last second that is whole for certain."""
        self.duration_ns = 0
        self._looked_ns = self._grown_ns = now_ns()
        self._measure()
        self._start_ns = self.description.t0_mono_ns

    def look_again(self, t_ns: int) -> bool:
        """Whether there is more now, at this time of the clock; asked of the file once a second at most."""
        if t_ns - self._looked_ns < SECOND_NS:
            return False
        self._looked_ns, before_ns = t_ns, self.duration_ns
        self.goes_on = not self.reader.look_again() and t_ns - self._grown_ns < CUT_OFF_NS
        self._measure()
        if self.duration_ns > before_ns:
            self._grown_ns = t_ns
        return self.duration_ns > before_ns or not self.goes_on

    def _measure(self) -> None:
        duration_ns = self.reader.duration_ns
        if self.goes_on:
            duration_ns = max(self.duration_ns, duration_ns // SECOND_NS * SECOND_NS - SECOND_NS)
        self.duration_ns = duration_ns

    def batch(self, from_ns: int, until_ns: int) -> Batch:
        """What was measured in [from, until) since the start; to the session's end, with the end itself."""
        beyond_ns = self._beyond(until_ns)
        return self._merged(list(self.reader.batches(from_ns, beyond_ns)), from_ns, until_ns)

    def whole(self) -> Iterator[Batch]:
        """All of it, some seconds at a time; the last reaches to the end."""
        seconds = self.reader.batches(0, self.duration_ns + 1)
        from_ns = 0
        while from_ns < self.duration_ns:
            some = list(islice(seconds, UNPACED_SECONDS))
            until_ns = min(some[-1].until_ns - self._start_ns, self.duration_ns) if some else self.duration_ns
            yield self._merged(some, from_ns, until_ns)
            from_ns = until_ns

    def _merged(self, batches: list[Batch], from_ns: int, until_ns: int) -> Batch:
        batch = merge(batches, self._start_ns + until_ns)
        if self._overlay is None:
            return batch
        beyond_ns = self._beyond(until_ns)
        return self._overlay.added(batch, self._start_ns + from_ns, self._start_ns + beyond_ns)

    def _beyond(self, until_ns: int) -> int:
        """The end itself belongs to the recording; elsewhere a stretch excludes its end."""
        return until_ns + 1 if until_ns >= self.duration_ns and not self.goes_on else until_ns

    def aggregate(self) -> Aggregate:
        """What the batches are to be added to."""
        return Aggregate(self.description)

    def overview(self) -> Overview:
        """The whole session at once."""
        return overview(self.reader)

    def close(self) -> None:
        """Let go of the file."""
        self.reader.close()


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
