"""All probes of a session at their own rates, each in a thread of its own, so that none can hold up another.

Those that never take long share one thread, and wake together: a waking costs more than most readings.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Callable

from edgetop.clock import SECOND_NS, now_ns
from edgetop.measure.urgency import hurry
from edgetop.measure.watch import Watch
from edgetop.probes.base import Probe
from edgetop.readings import Channel
from edgetop.samples import Event, Readings

FAST_HZ = 40.0
"""A probe as fast as this reads a sensor that goes on without it: it must not wait for a core."""
CLOSE_S = 0.4
"""How long ``close`` waits for threads; one whose probe blocks is left behind, and ends with the process."""


class Sampler:
    """Opens the probes at once, in the caller's thread; a probe that fails has its channels missing."""

    def __init__(self, probes: Sequence[Probe], clock_ns: Callable[[], int] = now_ns) -> None:
        self._clock_ns = clock_ns
        self._is_over = False
        self._running = threading.Lock()
        """Held until the end. To wait for it takes half the time that an Event takes."""
        self._running.acquire()
        self._threads: list[threading.Thread] = []
        self._watches: list[Watch] = []
        channels: list[Channel] = []
        for probe in probes:
            watch = Watch(probe, len(channels), clock_ns)
            watch.open()
            channels.extend(watch.channels)
            self._watches.append(watch)
        self.channels: tuple[Channel, ...] = tuple(channels)
        """Of all probes, in their order; a channel's id is its place."""

    @property
    def readable(self) -> frozenset[int]:
        """The channels of the probes that are open."""
        return frozenset(channel.id for watch in self._watches if watch.is_open for channel in watch.channels)

    def start(self) -> None:
        """Begin to read; called once."""
        shared = [watch for watch in self._watches if getattr(watch.probe, "shares", False)]
        alone = [watch for watch in self._watches if watch not in shared]
        for watches in filter(None, (shared, *([watch] for watch in alone))):
            name = f"probe {', '.join(watch.probe.name for watch in watches)}"
            self._threads.append(threading.Thread(target=self._keep_reading, args=(watches,), name=name, daemon=True))
        for thread in self._threads:
            thread.start()

    def _keep_reading(self, watches: Sequence[Watch]) -> None:
        if any(watch.probe.rate_hz >= FAST_HZ for watch in watches):
            hurry()
        due_ns = 0
        while not self._stopped(due_ns - self._clock_ns()):
            now_ns = self._clock_ns()
            due_ns = min(watch.step() if watch.due_ns <= now_ns else watch.due_ns for watch in watches)
        for watch in watches:
            watch.close()

    def _stopped(self, pause_ns: int) -> bool:
        """Whether to stop, told after a pause; none after a probe that waits for its sensor, for a pause is dear."""
        if pause_ns > 0 and self._running.acquire(timeout=pause_ns / SECOND_NS):
            self._running.release()  # for the next thread
        return self._is_over

    def drain(self) -> tuple[dict[int, Readings], tuple[Event, ...]]:
        """Readings by channel id, in ticks of the channel's scale, and events by time, since the last call."""
        readings: dict[int, Readings] = {}
        events: list[Event] = []
        for watch in self._watches:
            if not watch.is_fresh:  # most give less often than they are asked
                continue
            new_readings, new_events = watch.take()
            readings.update(new_readings)
            events.extend(new_events)
        events.sort(key=lambda event: event.t_ns)
        return readings, tuple(events)

    def close(self) -> None:
        """Stop reading within half a second, even if a probe blocks; what was read can still be drained."""
        if not self._is_over:
            self._is_over = True
            self._running.release()
        end_ns = now_ns() + int(CLOSE_S * SECOND_NS)
        for thread in self._threads:
            thread.join(max(0.0, (end_ns - now_ns()) / SECOND_NS))
        if not self._threads:
            for watch in self._watches:
                watch.close()
