"""A power meter that a driver of the kernel holds: an INA219, 226, 228 or 260, through hwmon or IIO.

The driver reckons amperes by its own idea of the shunt, 10 mohm where nobody told it another, while most boards have
100: what it gives is set right by the settings' shunt, which is exact, and the source says so.
"""

from __future__ import annotations

import os
from glob import glob
from typing import Callable

from edgetop.clock import now_ns
from edgetop.plan import Ina219Settings
from edgetop.probes.hwmon_chips import SOURCE, chips
from edgetop.probes.keptfile import text_if_any
from edgetop.probes.rails import MICRO, MILLI, File, Rail, RailProbe
from edgetop.readings import BOARD, PART

IIO = "/sys/bus/iio/devices"
SAME_SHUNT = 0.001
"""As a share: the kernel keeps whole micro-ohms."""
_SHUNT_INSIDE = ("ina260",)
"""Chips that have their shunt inside, whatever the settings say."""


def device_name(settings: Ina219Settings) -> str:
    """What the kernel calls the chip: bus and address, as in ``1-0040``."""
    return f"{settings.bus or 1}-{settings.address:04x}"


class KernelIna2xx(RailProbe):
    """The rail of the chip that the settings name; ``chip`` is what the kernel takes it for."""

    name = "ina219"
    title = "power meter"
    absent = ("the kernel's driver of the power meter gives no values", "See what dmesg says of it")

    def __init__(self, settings: Ina219Settings, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        super().__init__(root, clock_ns)
        self.chip = ""
        self._settings = settings

    def find(self) -> list[Rail]:
        """The one chip, by hwmon, or else by IIO."""
        device = device_name(self._settings)
        for chip in chips(self._root):
            if os.path.basename(chip.device) == device:
                ohms = _number(chip.text("shunt_resistor")) * MICRO
                volts = os.path.join(chip.folder, "in1_input"), MILLI
                amperes = os.path.join(chip.folder, "curr1_input"), MILLI
                return [self._rail(chip.name, f"{SOURCE}: {chip.name}", ohms, volts, amperes)]
        for folder in sorted(glob(os.path.join(self._root, IIO[1:], "iio:device*"))):
            if device in os.path.realpath(folder).split(os.sep):
                name = text_if_any(os.path.join(folder, "name"))
                ohms = _number(text_if_any(os.path.join(folder, "in_shunt_resistor")))
                volts, amperes = _of_iio(folder, "in_voltage1"), _of_iio(folder, "in_current3")
                return [self._rail(name, f"{IIO}: {name}", ohms, volts, amperes)]
        return []

    def _rail(self, chip: str, source: str, kernel_ohms: float, volts: File, amperes: File) -> Rail:
        self.chip = chip
        ohms, name = self._settings.shunt_ohms, self._settings.name
        told = f"{source} at {self._settings.address:#04x} on bus {self._settings.bus or 1}"
        if chip in _SHUNT_INSIDE or not kernel_ohms:
            ohms = kernel_ohms or ohms
        elif abs(kernel_ohms / ohms - 1) > SAME_SHUNT:
            told += f", its {kernel_ohms:g} ohm set right to {ohms:g}"
            amperes = amperes[0], amperes[1] * kernel_ohms / ohms
        covers = BOARD if name == "board" else PART
        return Rail(name, name, told, covers, {"v": volts, "a": amperes})


def _of_iio(folder: str, stem: str) -> File:
    """A raw value, and what one step is: the kernel gives the step in thousandths of the unit."""
    step = _number(text_if_any(os.path.join(folder, f"{stem}_scale"))) or 1.0
    return os.path.join(folder, f"{stem}_raw"), step * MILLI


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
