"""What a battery gives while nothing charges it, which is then all that the machine draws."""

from __future__ import annotations

import os
from glob import glob
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import text_if_any
from edgetop.readings import BATTERY, Channel, Missing, Reading

SOURCE = "/sys/class/power_supply"
MICRO = 1e-6
MOST_W = 1e5

_UNPLUG = "Unplug the charger, to measure what the machine draws"


def _batteries(root: str) -> list[str]:
    """Folders of the machine's own batteries; a mouse's says that its scope is the device."""
    folders = sorted(glob(os.path.join(root, SOURCE[1:], "*")))
    return [f for f in folders if text_if_any(f"{f}/type") == "Battery" and text_if_any(f"{f}/scope") != "Device"]


def _number(folder: str, name: str) -> Optional[float]:
    """In the unit itself, without its sign, which drivers choose as they like."""
    try:
        value = abs(int(text_if_any(os.path.join(folder, name)))) * MICRO
    except ValueError:
        return None
    return value if value <= MOST_W else None


def _watts(folder: str) -> Optional[float]:
    power = _number(folder, "power_now")
    if power is not None:
        return power
    volts, amperes = _number(folder, "voltage_now"), _number(folder, "current_now")
    return None if volts is None or amperes is None else volts * amperes


class BatteryProbe:
    """Watts out of all batteries, and the volts of the first; a charging one measures not the machine but the charger.

    Its files are read anew each time, once a second: their drivers ask the battery itself, which takes longer.
    """

    name = "battery"
    title = "battery"
    rate_hz = 1.0

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels = (
            Channel("power.battery.w", "W", "battery power", MICRO, source=SOURCE, charted=True, covers=BATTERY),
            Channel("power.battery.v", "V", "battery voltage", MICRO, source=SOURCE, covers=BATTERY),
        )
        self._root = root
        self._clock_ns = clock_ns

    def open(self) -> None:
        """Look whether a battery feeds the machine; raises ProbeError where none does."""
        watts = self.read()[0]
        if isinstance(watts, Missing):
            raise ProbeError(watts.reason, watts.hint)

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Watts while it discharges, and volts; raises ProbeError when there is no battery."""
        folders = _batteries(self._root)
        if not folders:
            raise ProbeError("there is no battery", "Nothing is to be done: other meters serve")
        states = [text_if_any(f"{folder}/status") for folder in folders]
        powers = [_watts(folder) for folder, state in zip(folders, states) if state == "Discharging"]
        t_ns = self._clock_ns()
        volts = _number(folders[0], "voltage_now")
        voltage = Missing("the battery does not tell its voltage") if volts is None else Reading(t_ns, volts)
        if "Charging" in states or not powers:
            return Missing("a charger feeds the machine, not the battery", _UNPLUG), voltage
        told = [power for power in powers if power is not None]
        if len(told) < len(powers):
            return Missing("the battery does not tell its power", "Its driver gives neither watts nor amperes"), voltage
        return Reading(t_ns, sum(told)), voltage

    def close(self) -> None:
        """Nothing is held."""
