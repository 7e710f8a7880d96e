"""One probe under watch: read at its rate, closed when its sensor is gone, opened again with growing pauses.

No thread and no waiting here: ``step`` does one thing and says when the next is due, so that the sampler's
threads stay a loop of three lines and a test needs no clock but its own.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from array import array
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

TOGETHER_NS = SECOND_NS // 10
"""A probe that gathers gives the readings of so long at a time: later they would be late for the chart's columns."""

_FAULT_HINT = "This is a fault in the probe; the other probes go on"


class _Track:
    """What one channel has given since the last take, and whether it is missing."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.missing: Optional[Missing] = None
        self.t_ns = array("q")
        self.ticks = array("q")
        self._scale = channel.scale
        self._last_ns = -1

    def add(self, reading: Reading) -> None:
        """Keep it, unless its stamp says that it has been given before."""
        t_ns = reading.t_ns
        if t_ns > self._last_ns:
            self.ticks.append(round(reading.value / self._scale))  # what is no number raises, and leaves no trace
            self.t_ns.append(t_ns)
            self._last_ns = t_ns

    def take(self) -> Readings:
        readings = Readings(np.frombuffer(self.t_ns, np.int64), np.frombuffer(self.ticks, np.int64))
        self.t_ns, self.ticks = array("q"), array("q")
        return readings


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
        self._gather: Optional[Callable[[int], list[tuple[Union[Reading, Missing], ...]]]] = None
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
            if problem is not None:  # what was never there hardly comes in the next second
                self._pause_ns = LONGEST_PAUSE_NS
        elif problem is None and _names(self.probe.channels) != _names(self.channels):
            problem = Missing(f"{self.probe.title} is not what it was at the start", "Start edgetop again")
        if problem is not None:
            self._lose(problem)
            return
        self.is_open = True
        # Both may depend on what was found.
        self._period_ns = round(SECOND_NS / self.probe.rate_hz)
        self._waits = bool(getattr(self.probe, "waits", False))
        self._gather = getattr(self.probe, "gather", None) if self._waits else None
        self.due_ns = self._after(self._clock_ns())

    def _after(self, t_ns: int) -> int:
        """The next reading's time: whole periods since the clock's zero, so that probes in one thread wake together."""
        return (t_ns // self._period_ns + 1) * self._period_ns

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
            rounds = self._gather(begin_ns + TOGETHER_NS) if self._gather else (self.probe.read(),)
            self._keep(rounds)
        except ProbeError as error:
            self._lose(Missing(error.title, error.hint))
        except Exception as error:  # the edge of a probe's thread, as above
            self._lose(Missing(_words(error), _FAULT_HINT))
        else:
            self._pause_ns = FIRST_PAUSE_NS
            self._pace(begin_ns, self._clock_ns())
        return self.due_ns

    def _keep(self, rounds: Sequence[Sequence[Union[Reading, Missing]]]) -> None:
        with self._lock:
            for values in rounds:
                if len(values) != len(self._tracks):
                    raise ProbeError(f"{self.probe.title} gave {len(values)} values for {len(self._tracks)} channels")
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
        self.due_ns = max(self._after(begin_ns), end_ns)
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
