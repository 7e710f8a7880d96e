"""What the engine itself takes of the board: shown all the time, and recorded now and then."""

from __future__ import annotations

import resource
import time
from typing import Optional

from edgetop.clock import SECOND_NS, now_ns
from edgetop.samples import Event

EVERY_NS = 10 * SECOND_NS
"""Between two records of it."""


class OwnCost:
    """The CPU time this process takes, over the last second."""

    def __init__(self) -> None:
        self._marks = [(now_ns(), time.process_time_ns())]

    def percent(self) -> float:
        """Of one core."""
        self._marks = [*self._marks[-4:], (now_ns(), time.process_time_ns())]
        (wall, cpu), (wall_now, cpu_now) = self._marks[0], self._marks[-1]
        return 100 * (cpu_now - cpu) / max(1, wall_now - wall)


class RecordedCost:
    """Makes the event ``cost`` of every ten seconds."""

    def __init__(self) -> None:
        self._since = now_ns(), time.process_time_ns()

    def event(self) -> Optional[Event]:
        """Per cent of one core since the last one, and the most memory the engine ever took; None in between."""
        (then_ns, cpu_then), now = self._since, now_ns()
        if now - then_ns < EVERY_NS:
            return None
        cpu_ns = time.process_time_ns()
        self._since = now, cpu_ns
        percent = 100 * (cpu_ns - cpu_then) / (now - then_ns)
        peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return Event(now, "cost", {"engine_cpu_percent": percent, "engine_peak_rss_bytes": peak_bytes})
