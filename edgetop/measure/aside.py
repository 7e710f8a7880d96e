"""Keeps the engine's threads off the cores on which an inference runs, as far as there are others.

What wakes on an inference's own core takes from it several times what it computes itself: a wait for that core, and the
caches. On another core the same costs it nothing that can be measured; ``tests/bench/bench_power.py`` tells both.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import Callable, Optional

from edgetop.clock import SECOND_NS, now_ns

LOOK_NS = SECOND_NS // 4
"""A thread may move at any time; it seldom does."""


def cores_at_work(pid: int, proc: str = "/proc") -> frozenset[int]:
    """The cores on which threads of a process run at this moment; none where the system does not tell."""
    cores = set()
    try:
        for task in os.listdir(f"{proc}/{pid}/task"):
            with open(f"{proc}/{pid}/task/{task}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            if fields[0] == b"R":
                cores.add(int(fields[36]))
    except (OSError, IndexError, ValueError):  # ended meanwhile, or a system without /proc
        return frozenset()
    return frozenset(cores)


class Aside:
    """Moves this process's threads but those in ``apart``, which start workers: a child stays on its parent's cores."""

    def __init__(
        self,
        apart: Callable[[], Iterable[Optional[int]]],
        at_work: Callable[[int], frozenset[int]] = cores_at_work,
        clock_ns: Callable[[], int] = now_ns,
    ) -> None:
        self._apart, self._at_work, self._clock_ns = apart, at_work, clock_ns
        self._all = own_cores()
        self._now = self._all
        self._pid = 0
        self._due_ns = 0

    def keep_off(self, pid: int) -> None:
        """Leave the cores on which that process infers; called often, it looks four times a second."""
        t_ns = self._clock_ns()
        if len(self._all) < 2 or (pid == self._pid and t_ns < self._due_ns):
            return
        self._pid, self._due_ns = pid, t_ns + LOOK_NS
        self._move((self._all - self._at_work(pid)) or self._all)

    def close(self) -> None:
        """Take all cores again."""
        self._pid = 0
        self._move(self._all)

    def _move(self, cores: frozenset[int]) -> None:
        if cores == self._now:
            return
        self._now = cores
        apart = set(self._apart())
        for thread in map(int, os.listdir("/proc/self/task")):
            if thread not in apart:
                with contextlib.suppress(OSError):  # the thread has ended, or a container forbids it
                    os.sched_setaffinity(thread, cores)


def own_cores() -> frozenset[int]:
    """Those that the calling thread may use; none where the system keeps no such list."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
