"""How busy the machine's cores are, in all and each: /proc/stat."""

from __future__ import annotations

import os
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import KeptFile
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/proc/stat"
NO_PROC = "edgetop needs Linux with /proc mounted"

_SIZE_BYTES = 32768  # the lines of some 400 cores; the interrupt counters behind them are cut off

Times = dict[str, tuple[int, int]]


def parse_stat(content: bytes) -> Times:
    """Busy and total ticks since boot of ``cpu`` (all) and of each ``cpuN``."""
    times: Times = {}
    for line in content.split(b"\n"):
        if not line.startswith(b"cpu"):
            break
        name, *fields = line.split()
        # user nice system idle iowait irq softirq steal; guest time is within user already
        ticks = [int(field) for field in fields[:8]]
        idle = ticks[3] + (ticks[4] if len(ticks) > 4 else 0)
        stolen = ticks[7] if len(ticks) > 7 else 0
        total = sum(ticks)
        times[name.decode()] = (total - idle - stolen, total)
    return times


def _channel(key: str) -> Channel:
    core = key[3:]
    if not core:
        return Channel("cpu.total", "%", "CPU, all cores", 0.1, source=SOURCE, charted=True)
    return Channel(f"cpu.{core}", "%", f"core {core}", 0.1, source=SOURCE)


class CpuProbe:
    """CPU use since the last reading: 100 % is every core (cpu.total), or the core (cpu.N), busy."""

    name = "cpu"
    title = "CPU"
    rate_hz = 4.0
    shares = True

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels: tuple[Channel, ...] = (_channel("cpu"),)
        self._path = os.path.join(root, "proc/stat")
        self._clock_ns = clock_ns
        self._file: Optional[KeptFile] = None
        self._keys: tuple[str, ...] = ()
        self._before: Times = {}
        self._before_ns = 0
        self._last: dict[str, Union[Reading, Missing]] = {}

    def open(self) -> None:
        """Find the cores; raises ProbeError where there is no /proc/stat."""
        try:
            self._file = KeptFile(self._path, _SIZE_BYTES)
        except OSError as error:
            raise ProbeError(f"{SOURCE} cannot be read: {error.strerror}", NO_PROC) from error
        self._before, self._before_ns = self._times(), self._clock_ns()
        if not self._keys:
            self._keys = tuple(self._before)
            self.channels = tuple(_channel(key) for key in self._keys)
        self._last = {}

    def _times(self) -> Times:
        if self._file is None:
            raise ProbeError("the CPU probe is not open", "Open it first")
        try:
            times = parse_stat(self._file.read())
        except (OSError, ValueError, IndexError) as error:
            raise ProbeError(f"{SOURCE} cannot be read: {error}", NO_PROC) from error
        if "cpu" not in times:
            raise ProbeError(f"{SOURCE} tells of no CPU", NO_PROC)
        return times

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Per cent of busy time; within one clock tick of the last call, the last values again."""
        times, now = self._times(), self._clock_ns()
        middle_ns = (self._before_ns + now) // 2
        for key in self._keys:
            self._last[key] = self._use(key, times, middle_ns)
        self._before, self._before_ns = times, now
        return tuple(self._last[key] for key in self._keys)

    def _use(self, key: str, times: Times, t_ns: int) -> Union[Reading, Missing]:
        if key not in times:
            return Missing(f"core {key[3:]} is offline")
        if key not in self._before:
            return Missing(f"core {key[3:]} has just come online")
        busy, total = (now - before for now, before in zip(times[key], self._before[key]))
        if total <= 0:
            return self._last.get(key, Missing("no clock tick has passed yet"))
        return Reading(t_ns, 100.0 * min(max(busy / total, 0.0), 1.0))

    def close(self) -> None:
        """Let go of /proc/stat."""
        if self._file is not None:
            self._file.close()
            self._file = None
