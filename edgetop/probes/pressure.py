"""How much of the time work waited for a CPU, for memory or for the disk: the kernel's pressure stall information."""

from __future__ import annotations

import os
import re
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import KeptFile
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/proc/pressure"
NAMES = ("cpu", "memory", "io")
TURN_ON = "Add psi=1 to the kernel's command line (on a Raspberry Pi: cmdline.txt) and restart"

_TOTAL = re.compile(rb"^some .*total=(\d+)", re.MULTILINE)


def parse_total(content: bytes) -> int:
    """Microseconds in which at least one task waited, since boot; raises ValueError."""
    found = _TOTAL.search(content)
    if found is None:
        raise ValueError("no total of stalls")
    return int(found[1])


class PressureProbe:
    """Per cent of the time since the last reading in which at least one task waited."""

    name = "pressure"
    title = "pressure"
    rate_hz = 1.0
    shares = True

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels = tuple(
            Channel(f"pressure.{name}", "%", f"waiting for {name}", 0.01, source=f"{SOURCE}/{name}: some")
            for name in NAMES
        )
        self._folder = os.path.join(root, SOURCE[1:])
        self._clock_ns = clock_ns
        self._files: list[KeptFile] = []
        self._before: list[tuple[int, int]] = []
        self._last: Optional[tuple[Reading, ...]] = None

    def open(self) -> None:
        """Open the three files; raises ProbeError where the kernel leaves them off."""
        try:
            for name in NAMES:
                self._files.append(KeptFile(os.path.join(self._folder, name), 512))
            self._before = self._totals()
        except OSError as error:
            self.close()
            raise ProbeError(f"this kernel does not tell pressure ({error.strerror})", TURN_ON) from error
        except ValueError as error:
            self.close()
            raise ProbeError(f"{SOURCE} cannot be read: {error}", "Its form is not one that edgetop knows") from error

    def _totals(self) -> list[tuple[int, int]]:
        return [(self._clock_ns(), parse_total(file.read())) for file in self._files]

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Waiting for CPU, memory and disk, each stamped at the middle of its time; raises ProbeError."""
        if not self._files:
            raise ProbeError("the pressure probe is not open", "Open it first")
        try:
            totals = self._totals()
        except (OSError, ValueError) as error:
            raise ProbeError(f"{SOURCE} cannot be read: {error}", TURN_ON) from error
        if self._last is not None and any(now <= before for (now, _), (before, _) in zip(totals, self._before)):
            return self._last
        self._last = tuple(_share(before, now) for before, now in zip(self._before, totals))
        self._before = totals
        return self._last

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()
        self._files, self._last = [], None


def _share(before: tuple[int, int], now: tuple[int, int]) -> Reading:
    wall_us = max(1.0, (now[0] - before[0]) / 1000)
    return Reading((before[0] + now[0]) // 2, 100.0 * min(max((now[1] - before[1]) / wall_us, 0.0), 1.0))
