"""The probes by name; to add one, add a line here, or an entry point ``edgetop.probes`` in another package.

An entry point names a class that is called without arguments. Listing imports no probe.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Union

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.base import Probe
from edgetop.readings import Channel, Missing, Reading

PROBES = {
    "ina219": "edgetop.probes.ina219:Ina219Probe",
    "ina3221": "edgetop.probes.ina3221:Ina3221Probe",
    "hwmon": "edgetop.probes.hwmon:HwmonProbe",
    "rapl": "edgetop.probes.rapl:RaplProbe",
    "pmic": "edgetop.probes.pmic:PmicProbe",
    "battery": "edgetop.probes.battery:BatteryProbe",
    "cpu": "edgetop.probes.cpu:CpuProbe",
    "memory": "edgetop.probes.memory:MemoryProbe",
    "heat": "edgetop.probes.heat:HeatProbe",
    "apex": "edgetop.probes.apex:ApexProbe",
    "clock": "edgetop.probes.clock:ClockProbe",
    "true_clock": "edgetop.probes.true_clock:TrueClockProbe",
    "throttle": "edgetop.probes.throttle:ThrottleProbe",
    "pressure": "edgetop.probes.pressure:PressureProbe",
}
"""Of the machine, in the order in which they are opened and shown; each worker has its own probe besides."""

GROUP = "edgetop.probes"


def _from_other_packages() -> dict[str, EntryPoint]:
    if sys.version_info >= (3, 10):
        points = entry_points(group=GROUP)
    else:
        points = entry_points().get(GROUP, ())
    return {point.name: point for point in points if point.name not in PROBES}


def probe_names() -> tuple[str, ...]:
    """The probes of the machine, ours first."""
    return (*PROBES, *sorted(_from_other_packages()))


def machine_probes(ina219: Ina219Settings, meters: Sequence[Ina219Settings] = ()) -> tuple[Probe, ...]:
    """One of each, and one for each further INA219, not yet opened, in the order of ``probe_names``."""
    others = sorted(_from_other_packages().items())
    ours = (probe for name in PROBES for probe in _build(name, (ina219, *meters)))
    return (*ours, *(_load(name, point) for name, point in others))


def _build(name: str, chips: Sequence[Ina219Settings]) -> tuple[Probe, ...]:
    module, _, class_name = PROBES[name].partition(":")
    probe_class: Any = getattr(import_module(module), class_name)
    if name == "ina219":
        return tuple(probe_class(chip) for chip in chips)
    return (probe_class(chips) if name == "hwmon" else probe_class(),)


def _load(name: str, point: EntryPoint) -> Probe:
    try:
        probe: Probe = point.load()()
    except Exception as error:  # the edge to other people's code: their fault must not end the session
        return BrokenProbe(name, f"{type(error).__name__}: {error}", point.value)
    return probe


class BrokenProbe:
    """Stands in the place of another package's probe that cannot be loaded, so that its absence is shown."""

    rate_hz = 1.0

    def __init__(self, name: str, reason: str, where: str) -> None:
        self.name = self.title = name
        self.channels: tuple[Channel, ...] = (Channel(name, "", name, 1.0, source=where),)
        self._reason, self._where = reason, where

    def open(self) -> None:
        """Raises ProbeError with the reason."""
        raise ProbeError(
            f"probe {self.name} cannot be loaded: {self._reason}", f"Reinstall the package of {self._where}"
        )

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """The reason."""
        return (Missing(self._reason),)

    def close(self) -> None:
        """Nothing is held."""
