"""The machine's memory: used, available, and what was swapped out. /proc/meminfo."""

from __future__ import annotations

import os
import re
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.cpu import NO_PROC
from edgetop.probes.keptfile import KeptFile
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/proc/meminfo"
_LINES = re.compile(rb"^(MemTotal|MemAvailable|SwapTotal|SwapFree): *(\d+)", re.MULTILINE)


def parse_meminfo(content: bytes) -> dict[str, int]:
    """Bytes by the kernel's names, of those that are of use here."""
    return {name.decode(): int(kibibytes) * 1024 for name, kibibytes in _LINES.findall(content)}


class MemoryProbe:
    """Memory in bytes; used is what new programs cannot have, so that caches are not counted."""

    name = "memory"
    title = "memory"
    rate_hz = 2.0
    shares = True

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels = (
            Channel("memory.used", "B", "memory used", 1024.0, source=f"{SOURCE}: MemTotal - MemAvailable"),
            Channel("memory.available", "B", "memory available", 1024.0, source=f"{SOURCE}: MemAvailable"),
            Channel("memory.swap", "B", "swap used", 1024.0, source=f"{SOURCE}: SwapTotal - SwapFree"),
        )
        self._path = os.path.join(root, "proc/meminfo")
        self._clock_ns = clock_ns
        self._file: Optional[KeptFile] = None

    def open(self) -> None:
        """Open /proc/meminfo; raises ProbeError."""
        try:
            self._file = KeptFile(self._path)
        except OSError as error:
            raise ProbeError(f"{SOURCE} cannot be read: {error.strerror}", NO_PROC) from error

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Used, available, swapped; raises ProbeError when /proc is gone."""
        if self._file is None:
            raise ProbeError("the memory probe is not open", "Open it first")
        try:
            sizes = parse_meminfo(self._file.read())
        except (OSError, ValueError) as error:
            raise ProbeError(f"{SOURCE} cannot be read: {error}", NO_PROC) from error
        t_ns = self._clock_ns()

        def value(plus: str, minus: str = "") -> Union[Reading, Missing]:
            for name in (plus, minus):
                if name and name not in sizes:
                    return Missing(f"{SOURCE} does not tell {name}")
            return Reading(t_ns, sizes[plus] - sizes.get(minus, 0))

        return value("MemTotal", "MemAvailable"), value("MemAvailable"), value("SwapTotal", "SwapFree")

    def close(self) -> None:
        """Let go of /proc/meminfo."""
        if self._file is not None:
            self._file.close()
            self._file = None
