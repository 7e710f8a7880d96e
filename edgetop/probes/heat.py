"""Temperatures of the board's thermal zones, as the kernel has them."""

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

COLDEST_C, HOTTEST_C = -50.0, 200.0
"""A zone outside of this has no sensor behind it: some drivers give 0 K or a negative error code."""

_CPU_ZONE = re.compile(r"cpu|soc|x86_pkg|bigcore|littlecore", re.IGNORECASE)


def _channel(zone: str) -> Channel:
    return Channel(f"heat.{zone}", "°C", zone, 0.001, source=SOURCE)


def _zone_type(folder: str) -> str:
    try:
        return read_text(os.path.join(folder, "type")) or os.path.basename(folder)
    except OSError:
        return os.path.basename(folder)


def find_zones(root: str) -> dict[str, str]:
    """Zone name to its temperature file, zones of a CPU first, then by number; zones of one type are numbered."""
    folders = glob.glob(os.path.join(root, "sys/class/thermal/thermal_zone*"))
    folders = sorted(folders, key=lambda folder: int(re.sub(r"\D", "", os.path.basename(folder)) or 0))
    zones: dict[str, str] = {}
    for folder in folders:
        kind = _zone_type(folder)
        name, number = kind, 2
        while name in zones:
            name, number = f"{kind}-{number}", number + 1
        zones[name] = os.path.join(folder, "temp")
    first = [name for name in zones if _CPU_ZONE.search(name)]
    return {name: zones[name] for name in first + [name for name in zones if name not in first]}


class HeatProbe:
    """Degrees Celsius of each thermal zone; the first is the CPU's where there is one."""

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
            self._zones = zones
            first, *others = (_channel(name) for name in zones)
            self.channels = (dataclasses.replace(first, charted=True), *others)
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
