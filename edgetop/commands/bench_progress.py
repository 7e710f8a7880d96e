"""Progress of a matrix on standard error: which session, what failed in it, and how much time is left."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from edgetop.commands.progress import CHANGING, Progress
from edgetop.engine.matrix import Group
from edgetop.protocol import LogLines, Message, Snapshot


def minutes(seconds: float) -> str:
    """A time to wait: ``40 s``, ``3 min``, ``1 h 20 min``."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def counted(number: int, what: str) -> str:
    """``1 session``, ``3 sessions``."""
    return f"{number} {what}{'s' * (number != 1)}"


class BenchProgress(Progress):
    """Tells what is new; how long loading and writing take is learnt from the sessions before."""

    def __init__(self, left: Sequence[Group]) -> None:
        super().__init__()
        self._total = len(left)
        self._weights = [group.seconds or 1.0 for group in left]
        """Of sessions that end by a count no time is known: all are taken for equal."""
        self._known = all(group.seconds for group in left)
        self._spent_s = 0.0
        self._began_s = 0.0
        self._failed: set[int] = set()
        self.finished = 0

    def begin(self, group: Group) -> None:
        """A session begins."""
        self._began_s = time.monotonic()
        self._failed.clear()
        assert group.plan is not None
        frameworks = ", ".join(run.framework for run in group.plan.runs)
        self.say(f"[{self.finished + 1}/{self._total}] {group.name}: {frameworks}{self._left()}")

    def end(self, group: Group) -> None:
        """A session is whole."""
        self._spent_s += time.monotonic() - self._began_s
        self.finished += 1

    def publish(self, message: Message) -> bool:
        """Tell what a run failed by, and what takes long; all else is in the session."""
        if isinstance(message, LogLines):
            return True
        if not isinstance(message, Snapshot):
            return super().publish(message)
        for run in message.runs:
            if run.status == "failed" and run.run not in self._failed:
                self._failed.add(run.run)
                self.say(f"  {run.title} failed: {run.message}")
        counting = tuple(run for run in message.runs if run.status in CHANGING)
        return super().publish(dataclasses.replace(message, runs=counting))

    def _left(self) -> str:
        weight = sum(self._weights[self.finished :])
        if self.finished:
            return f" · about {minutes(self._spent_s / sum(self._weights[: self.finished]) * weight)} left"
        return f" · {minutes(weight)} left at least" if self._known else ""

    def say(self, text: str) -> None:
        """A line of its own."""
        self._say(text)
