"""What one worker process uses: CPU, memory now, memory at its peak.

CPU time comes from the process's own CPU clock, in nanoseconds: /proc/PID/stat counts in ticks of 10 ms,
which is a twenty-fifth of a core at four readings a second.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Callable, Optional, Union

from edgetop.clock import SECOND_NS, now_ns
from edgetop.probes.keptfile import KeptFile
from edgetop.readings import Channel, Missing, Reading

NOT_STARTED = Missing("the worker has not started")
ENDED = Missing("the worker has ended")

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Value = Union[Reading, Missing]


def process_cpu_ns(pid: int) -> int:
    """CPU time of all threads of a process, user and system; raises OSError when it is gone."""
    # The clock that clock_getcpuclockid(3) gives: the complement of the pid, and 2 for "by the scheduler".
    return time.clock_gettime_ns((~pid << 3) | 2)


class _Process:
    """The open files of one process."""

    def __init__(self, pid: int, proc: str) -> None:
        self.pid = pid
        self.memory = KeptFile(f"{proc}/{pid}/statm", 256)
        try:
            self.status = KeptFile(f"{proc}/{pid}/status")
        except OSError:
            self.memory.close()
            raise

    def rss_bytes(self) -> int:
        return int(self.memory.read().split()[1]) * _PAGE_BYTES

    def peak_rss_bytes(self) -> Optional[int]:
        _, found, rest = self.status.read().partition(b"VmHWM:")
        return int(rest.split(None, 1)[0]) * 1024 if found else None

    def close(self) -> None:
        self.memory.close()
        self.status.close()


class WorkerProbe:
    """CPU (100 % is one core), RSS and peak RSS of the worker of run ``run``.

    ``attach`` and ``detach`` may be called from another thread than ``read``, before ``open`` too.
    """

    name = "worker"
    rate_hz = 4.0
    shares = True

    def __init__(
        self,
        run: int,
        root: str = "/",
        clock_ns: Callable[[], int] = now_ns,
        cpu_ns: Callable[[int], int] = process_cpu_ns,
    ) -> None:
        self.title = f"worker of run {run}"
        self.channels: tuple[Channel, ...] = (
            Channel(f"run.{run}.cpu", "%", "CPU", 0.1, source="CPU clock of its process", charted=True, run=run),
            Channel(f"run.{run}.rss", "B", "memory", 1.0, source="/proc/PID/statm", charted=True, run=run),
            Channel(f"run.{run}.peak_rss", "B", "peak memory", 1.0, source="VmHWM", run=run),
        )
        self._proc = os.path.join(root, "proc")
        self._clock_ns, self._cpu_ns = clock_ns, cpu_ns
        self._lock = threading.Lock()
        self._process: Optional[_Process] = None
        self._absent = NOT_STARTED
        self._before = (0, 0)
        self._cpu: Value = NOT_STARTED
        self._peak: Value = NOT_STARTED

    def attach(self, pid: int) -> None:
        """Watch this process from now on, in place of any other; one that is gone gives Missing."""
        with self._lock:
            self._let_go(ENDED)
            try:
                self._before = (self._clock_ns(), self._cpu_ns(pid))
                self._process = _Process(pid, self._proc)
            except OSError:
                return
            self._cpu = Missing("the worker has just started")
            self._peak = self._cpu

    def detach(self) -> None:
        """Watch nothing until the next ``attach``."""
        with self._lock:
            self._let_go(ENDED if self._process is not None else self._absent)

    def open(self) -> None:
        """Nothing to take hold of: ``attach`` does."""

    def read(self) -> tuple[Value, ...]:
        """CPU use since the last call, memory now, and the peak, looked up once a second or where memory passes it."""
        with self._lock:
            if self._process is not None:
                try:
                    return self._measure(self._process)
                except (OSError, ValueError, IndexError):
                    self._let_go(ENDED)
            return (self._absent,) * 3

    def _measure(self, process: _Process) -> tuple[Value, ...]:
        rss_bytes = process.rss_bytes()
        if rss_bytes == 0:  # ended, and not yet waited for
            raise OSError("no memory")
        t_ns, cpu_ns = self._clock_ns(), self._cpu_ns(process.pid)
        wall_ns = t_ns - self._before[0]
        if wall_ns > 0:
            used_ns = max(0, cpu_ns - self._before[1])
            self._cpu = Reading(t_ns - wall_ns // 2, 100.0 * used_ns / wall_ns)
            self._before = (t_ns, cpu_ns)
        peak = self._peak
        if not isinstance(peak, Reading) or peak.value < rss_bytes or t_ns - peak.t_ns >= SECOND_NS:
            peak_bytes = process.peak_rss_bytes()
            self._peak = Missing("the kernel keeps no VmHWM") if peak_bytes is None else Reading(t_ns, peak_bytes)
        return self._cpu, Reading(t_ns, rss_bytes), self._peak

    def _let_go(self, absent: Missing) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
        self._absent = absent

    def close(self) -> None:
        """Let go of the process; it stays gone until the next ``attach``."""
        self.detach()
