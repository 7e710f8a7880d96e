"""Temperatures of the board's thermal zones, and of the CPU's own chip in hwmon where no zone is the CPU's."""

from __future__ import annotations

import dataclasses
import glob
import os
import re
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import read_text
from edgetop.probes.sysfs import NumberFiles
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/sys/class/thermal"
HWMON = "/sys/class/hwmon"

COLDEST_C, HOTTEST_C = -50.0, 200.0
"""A zone outside of this has no sensor behind it: some drivers give 0 K or a negative error code."""

_CPU_ZONE = re.compile(r"cpu|soc|x86_pkg|bigcore|littlecore", re.IGNORECASE)
_CPU_CHIPS = ("coretemp", "k10temp", "zenpower", "k8temp", "cpu_thermal", "soc_thermal")


def _channel(zone: str, path: str = "") -> Channel:
    return Channel(f"heat.{zone}", "°C", zone, 0.001, source=HWMON if HWMON in path else SOURCE)


def _name(folder: str, file: str) -> str:
    try:
        return read_text(os.path.join(folder, file)) or os.path.basename(folder)
    except OSError:
        return os.path.basename(folder)


def _numbered(root: str, pattern: str) -> list[str]:
    folders = glob.glob(os.path.join(root, pattern))
    return sorted(folders, key=lambda folder: int(re.sub(r"\D", "", os.path.basename(folder)) or 0))


def find_zones(root: str) -> dict[str, str]:
    """Name to temperature file: of the CPU first, then by number; those of one name are numbered."""
    zones = [(_name(folder, "type"), f"{folder}/temp") for folder in _numbered(root, "sys/class/thermal/thermal_zone*")]
    cpu = [zone for zone in zones if _CPU_ZONE.search(zone[0])]
    others = [zone for zone in zones if zone not in cpu]
    found: dict[str, str] = {}
    for kind, path in (*(cpu or _cpu_chips(root)), *others):
        name, number = kind, 2
        while name in found:
            name, number = f"{kind}-{number}", number + 1
        found[name] = path
    return found


def _cpu_chips(root: str) -> list[tuple[str, str]]:
    """Of each chip its first temperature, which is the whole package's."""
    chips = []
    for folder in _numbered(root, "sys/class/hwmon/hwmon*"):
        inputs = sorted(glob.glob(f"{folder}/temp*_input"), key=lambda path: (len(path), path))
        if inputs and _name(folder, "name") in _CPU_CHIPS:
            chips.append((_name(folder, "name"), inputs[0]))
    return chips


class HeatProbe:
    """Degrees Celsius of each zone; the first is the CPU's where there is one."""

    name = "heat"
    title = "temperature"
    rate_hz = 1.0

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels: tuple[Channel, ...] = (dataclasses.replace(_channel("cpu"), charted=True),)
        self._root = root
        self._clock_ns = clock_ns
        self._zones: dict[str, str] = {}
        self._files: Optional[NumberFiles] = None

    def open(self) -> None:
        """Find the zones; raises ProbeError where there is none."""
        zones = find_zones(self._root)
        if not zones:
            raise ProbeError("this machine shows no temperature", f"Virtual machines have no zone in {SOURCE}")
        if not self._zones:
            first, *others = (_channel(name, path) for name, path in zones.items())
            self.channels = (dataclasses.replace(first, charted=True), *others)
            self._zones = zones
        # A driver that was loaded again may have another number.
        self._zones = {name: zones.get(name, path) for name, path in self._zones.items()}
        self._files = NumberFiles(tuple(self._zones.values()), self._clock_ns)

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Each zone's temperature; raises ProbeError when the zones are gone."""
        if self._files is None:
            raise ProbeError("the temperature probe is not open", "Open it first")
        return tuple(_plausible(value) for value in self._files.read(0.001))

    def close(self) -> None:
        """Let go of the zones."""
        if self._files is not None:
            self._files.close()
            self._files = None


def _plausible(value: Union[Reading, Missing]) -> Union[Reading, Missing]:
    if isinstance(value, Reading) and not COLDEST_C <= value.value <= HOTTEST_C:
        return Missing(f"the zone gives {value.value:.0f} °C: no sensor behind it")
    return value
