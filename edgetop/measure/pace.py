"""When each inference of a turn is due: the load shapes. A worker's file: it needs nothing but the clock.

``closed``: at once. ``rate``: at fixed times, whether the one before has ended or not, and its latency counts from
then: what waits in a queue is late, as it is for whoever asked. ``burst``: so many arrive together every so often.
``duty``: a pause after each, as long as keeps the worker busy for a share of the time.
"""

from __future__ import annotations

import time
from typing import Callable

SPIN_NS = 200_000
"""The last of a wait is spun through: sleep wakes some ten microseconds late."""


class Pace:
    """The due times of one turn's inferences."""

    def __init__(
        self,
        kind: str,
        rate_hz: float = 0.0,
        together: int = 1,
        duty: float = 1.0,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._together = together if kind == "burst" else 1
        self._gap_ns = 1e9 / rate_hz if rate_hz else 0.0
        self._think = (1 - duty) / duty if kind == "duty" else 0.0
        self._clock_ns = clock_ns
        self._begin_ns = 0

    def begin(self) -> int:
        """The turn's start."""
        self._begin_ns = self._clock_ns()
        return self._begin_ns

    def wait(self, place: int, last_ns: int, stopped: Callable[[], bool]) -> int:
        """Wait until the inference at ``place``, from 0, is due, or a stop is asked for; its latency counts from then.

        ``last_ns`` is how long the one before took.
        """
        if self._think:
            due_ns = self._clock_ns() + int(last_ns * self._think)
        else:
            due_ns = self._begin_ns + int(place // self._together * self._gap_ns)
        left_ns = due_ns - self._clock_ns()
        while left_ns > SPIN_NS and not stopped():
            time.sleep(min(0.05, (left_ns - SPIN_NS) / 1e9))
            left_ns = due_ns - self._clock_ns()
        while self._clock_ns() < due_ns and not stopped():
            pass
        return due_ns
