"""One probe under watch: read at its rate, closed when its sensor is gone, opened again with growing pauses.

No thread and no waiting here: ``step`` does one thing and says when the next is due, so that the sampler's
threads stay a loop of three lines and a test needs no clock but its own.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from collections.abc import Sequence
from typing import Callable, Optional, Union

import numpy as np

from edgetop.clock import SECOND_NS, now_ns
from edgetop.errors import ProbeError
from edgetop.probes.base import Probe
from edgetop.readings import Channel, Missing, Reading
from edgetop.samples import Event, Readings

FIRST_PAUSE_NS = SECOND_NS // 2
LONGEST_PAUSE_NS = 10 * SECOND_NS

SLOW_PERIODS = 1.5
"""A probe is slow when its readings take this many periods; one that waits for its sensor takes one."""

MAX_TICKS = (1 << 63) - 1
"""Ticks are kept in 64 bits."""

_FAULT_HINT = "This is a fault in the probe; the other probes go on"


class _Track:
    """What one channel has given since the last take, and whether it is missing."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.missing: Optional[Missing] = None
        self.t_ns: list[int] = []
        self.ticks: list[int] = []
        self._last_ns: Optional[int] = None

    def add(self, reading: Reading) -> None:
        """Keep it, unless its stamp says that it has been given before."""
        if self._last_ns is None or reading.t_ns > self._last_ns:
            ticks = round(reading.value / self.channel.scale)  # first: what is no number raises, and leaves no trace
            if not -MAX_TICKS <= ticks <= MAX_TICKS:
                raise OverflowError(f"{reading.value} {self.channel.unit} is beyond all measure")
            self._last_ns = reading.t_ns
            self.t_ns.append(reading.t_ns)
            self.ticks.append(ticks)

    def take(self) -> Readings:
        t_ns, ticks = np.array((self.t_ns, self.ticks), np.int64)
        self.t_ns, self.ticks = [], []
        return Readings(t_ns, ticks)


class Watch:
    """Reads one probe; ``open``, ``step`` and ``close`` are for one thread at a time, ``take`` for any.

    Channels get their ids from ``first_id`` on when ``open`` is called for the first time, and keep them.
    """

    def __init__(self, probe: Probe, first_id: int, clock_ns: Callable[[], int] = now_ns) -> None:
        self.probe = probe
        self.channels: tuple[Channel, ...] = ()
        self._first_id = first_id
        self._clock_ns = clock_ns
        self._tracks: list[_Track] = []
        self._events: list[Event] = []
        self.is_fresh = False
        """Whether there is anything to take."""
        self._lock = threading.Lock()
        self.is_open = False
        self._pause_ns = FIRST_PAUSE_NS
        self._period_ns = round(SECOND_NS / probe.rate_hz)
        self._waits = False
        self.due_ns = 0
        self._overruns_ns: list[int] = []

    def open(self) -> None:
        """Open the probe; failing, all its channels are missing and the next steps try again."""
        problem: Optional[Missing] = None
        try:
            self.probe.open()
        except ProbeError as error:
            problem = Missing(error.title, error.hint)
        except Exception as error:  # the edge of a probe's thread: a fault of one must not end the others
            problem = Missing(_words(error), _FAULT_HINT)
        if not self._tracks:
            self._name_channels()
        elif problem is None and _names(self.probe.channels) != _names(self.channels):
            problem = Missing(f"{self.probe.title} is not what it was at the start", "Start edgetop again")
        if problem is not None:
            self._lose(problem)
            return
        self.is_open = True
        # Both may depend on what was found.
        self._period_ns = round(SECOND_NS / self.probe.rate_hz)
        self._waits = bool(getattr(self.probe, "waits", False))
        self.due_ns = self._clock_ns() + self._period_ns

    def _name_channels(self) -> None:
        pairs = enumerate(self.probe.channels, self._first_id)
        hz = self.probe.rate_hz
        self.channels = tuple(dataclasses.replace(channel, id=number, hz=hz) for number, channel in pairs)
        self._tracks = [_Track(channel) for channel in self.channels]

    def step(self) -> int:
        """Read once, or try to open again; the time at which to call next."""
        if not self.is_open:
            self.open()
            return self.due_ns
        begin_ns = self._clock_ns()
        try:
            values = self.probe.read()
            if len(values) != len(self._tracks):
                raise ProbeError(f"{self.probe.title} gave {len(values)} values for {len(self._tracks)} channels")
            self._keep(values)
        except ProbeError as error:
            self._lose(Missing(error.title, error.hint))
        except Exception as error:  # the edge of a probe's thread, as above
            self._lose(Missing(_words(error), _FAULT_HINT))
        else:
            self._pause_ns = FIRST_PAUSE_NS
            self._pace(begin_ns, self._clock_ns())
        return self.due_ns

    def _keep(self, values: Sequence[Union[Reading, Missing]]) -> None:
        with self._lock:
            self.is_fresh = True
            for track, value in zip(self._tracks, values):
                if isinstance(value, Missing):
                    self._tell(track, value)
                    continue
                if track.missing is not None:
                    self._tell(track, None)
                track.add(value)

    def _tell(self, track: _Track, missing: Optional[Missing]) -> None:
        """An event when a channel becomes missing, for another reason than before, or comes back."""
        if missing == track.missing:
            return
        track.missing = missing
        kind, said = ("back", Missing("")) if missing is None else ("missing", missing)
        data = {"channel": track.channel.id, "reason": said.reason, "hint": said.hint}
        self.is_fresh = True
        self._events.append(Event(self._clock_ns(), kind, data, track.channel.run))

    def _lose(self, reason: Missing) -> None:
        """Close the probe, tell that its channels are missing, and plan the next try."""
        with self._lock:
            for track in self._tracks:
                self._tell(track, reason)
        self.close()
        self._overruns_ns.clear()
        self.due_ns = self._clock_ns() + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_PAUSE_NS)

    def _pace(self, begin_ns: int, end_ns: int) -> None:
        """Plan the next reading: a tick that is missed is skipped; a probe that is slow for long is slowed."""
        if self._waits:  # its sensor sets the pace; half a period is against a probe that does not do as it says
            self.due_ns = max(end_ns, begin_ns + self._period_ns // 2)
            return
        late = begin_ns >= self.due_ns + self._period_ns
        self.due_ns = max((begin_ns if late else self.due_ns) + self._period_ns, end_ns)
        if end_ns - begin_ns <= SLOW_PERIODS * self._period_ns:
            self._overruns_ns.clear()
            return
        self._overruns_ns.append(end_ns - begin_ns)
        if len(self._overruns_ns) < max(10, self.probe.rate_hz):
            return
        mean_ns = sum(self._overruns_ns) / len(self._overruns_ns)
        self._period_ns = math.ceil(2 * mean_ns)
        self._overruns_ns.clear()
        with self._lock:
            line = f"{self.probe.title}: a reading takes {mean_ns / 1e6:.0f} ms"
            line += f"; it is read at {SECOND_NS / self._period_ns:.2g} Hz from now on"
            self.is_fresh = True
            self._events.append(Event(end_ns, "log", {"line": line}))

    def take(self) -> tuple[dict[int, Readings], list[Event]]:
        """All readings by channel id, and the events, since the last call."""
        with self._lock:
            self.is_fresh = False
            readings = {track.channel.id: track.take() for track in self._tracks if track.t_ns}
            events, self._events = self._events, []
        return readings, events

    def close(self) -> None:
        """Close the probe."""
        self.is_open = False
        self.probe.close()


def _names(channels: Sequence[Channel]) -> list[str]:
    return [channel.name for channel in channels]


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
