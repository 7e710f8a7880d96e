"""What an x86 processor tells of its own consumption: RAPL, through the kernel's powercap.

The counters are energies, so a reading is the mean since the one before, and none of what was drawn is missed. They see
the package, its cores and its memory, or where there is a ``psys`` the whole platform; never the wall.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from glob import glob
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import KeptFile, text_if_any
from edgetop.probes.rails import rail_name
from edgetop.readings import BOARD, PACKAGE, PART, Channel, Missing, Reading

SOURCE = "/sys/class/powercap"
SHORTEST_NS = 20_000_000
"""The counters move once a millisecond: over less than this, that would be more than a twentieth."""

_ALLOW = f"sudo chmod a+r {SOURCE}/intel-rapl:*/energy_uj, or for good by a udev rule: docs/power.md"
_DRIVER = "Its driver was unloaded: sudo modprobe intel_rapl_msr"


def _covers(zone: str) -> str:
    return PACKAGE if zone.startswith("package") else BOARD if zone == "psys" else PART


def _folders(root: str) -> list[str]:
    """Zones and their parts in order: ``intel-rapl:0``, ``intel-rapl:0:1``; AMD's have that name too."""
    found = glob(os.path.join(root, SOURCE[1:], "intel-rapl:*"))
    return sorted(found, key=lambda folder: [int(number) for number in re.findall(r":(\d+)", folder)])


def _channel(name: str, zone: str) -> Channel:
    source = f"RAPL in {SOURCE}"
    return Channel(f"power.{name}.w", "W", f"{zone} power", 1e-6, source=source, charted=True, covers=_covers(zone))


@dataclass
class _Counter:
    """An energy counter in microjoules that begins again after ``range_uj``; 0 where that is not known."""

    file: KeptFile
    range_uj: int
    t_ns: int
    energy_uj: int
    last: Union[Reading, Missing] = Missing("the first reading is the difference of two")

    def read(self, clock_ns: Callable[[], int]) -> Union[Reading, Missing]:
        """Mean watts since the last reading, stamped at the middle; the last one again where no time has passed."""
        energy_uj, t_ns = int(self.file.read()), clock_ns()
        passed_ns, spent_uj = t_ns - self.t_ns, energy_uj - self.energy_uj
        if passed_ns < SHORTEST_NS:
            return self.last
        if spent_uj < 0:
            spent_uj += self.range_uj
        self.last = Missing("the counter has begun again")
        if spent_uj >= 0:
            self.last = Reading(self.t_ns + passed_ns // 2, spent_uj * 1000 / passed_ns)
        self.t_ns, self.energy_uj = t_ns, energy_uj
        return self.last


class RaplProbe:
    """Mean watts of each zone of the processor since the last reading."""

    name = "rapl"
    title = "power of the processor"
    rate_hz = 10.0

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels: tuple[Channel, ...] = (_channel("package-0", "package-0"),)
        self._root = root
        self._clock_ns = clock_ns
        self._names: dict[str, str] = {}  # folder to rail, as they were at first
        self._counters: dict[str, _Counter] = {}

    def open(self) -> None:
        """Find the zones; raises ProbeError where there is none, or none may be read."""
        folders = _folders(self._root)
        if not folders:
            hint = "x86 processors have it, but not in a virtual machine: sudo modprobe intel_rapl_msr"
            raise ProbeError("the processor does not tell its power (RAPL)", hint)
        if not self._names:
            zones = {
                folder: text_if_any(os.path.join(folder, "name")) or os.path.basename(folder) for folder in folders
            }
            for folder, zone in zones.items():
                self._names[folder] = rail_name(zone, self._names.values())
            self.channels = tuple(_channel(self._names[folder], zone) for folder, zone in zones.items())
        problem = next(filter(None, [self._begin(folder) for folder in self._names]), None)
        if not self._counters and problem is not None:
            denied = problem.errno in (errno.EACCES, errno.EPERM)
            what = "no permission to read the processor's power (RAPL)" if denied else f"RAPL cannot be read: {problem}"
            raise ProbeError(what, _ALLOW if denied else _DRIVER)

    def _begin(self, folder: str) -> Optional[OSError]:
        """Take the counter's first value, from which the next reading counts; the error where there is none."""
        file: Optional[KeptFile] = None
        try:
            file = KeptFile(os.path.join(folder, "energy_uj"), 64)
            first_uj, now = int(file.read()), self._clock_ns()
            range_uj = int(text_if_any(os.path.join(folder, "max_energy_range_uj")) or 0)
        except (OSError, ValueError) as error:
            if file is not None:
                file.close()
            return error if isinstance(error, OSError) else OSError(errno.EIO, "not a number")
        self._counters[folder] = _Counter(file, range_uj, now, first_uj)
        return None

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Each zone's watts; raises ProbeError when all zones are gone."""
        values = tuple(self._value(folder) for folder in self._names)
        if not self._counters:
            raise ProbeError("the processor's power (RAPL) cannot be read any more", _DRIVER)
        return values

    def _value(self, folder: str) -> Union[Reading, Missing]:
        if folder not in self._counters:
            problem = self._begin(folder)
            return Missing(f"it cannot be read: {problem.strerror}") if problem else self._counters[folder].last
        try:
            return self._counters[folder].read(self._clock_ns)
        except (OSError, ValueError) as error:
            self._counters.pop(folder).file.close()
            reason = error.strerror if isinstance(error, OSError) else "not a number"
            return Missing(f"it cannot be read: {reason}")

    def close(self) -> None:
        """Let go of the counters."""
        while self._counters:
            self._counters.popitem()[1].file.close()
