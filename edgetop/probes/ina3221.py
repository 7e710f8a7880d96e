"""The rails of NVIDIA Jetson boards, measured by their INA3221, and the supply of a Thor by its INA238.

One rail is the supply of all others, so they are never summed.
"""

from __future__ import annotations

import os
from glob import glob

from edgetop.probes.hwmon_chips import Chip, chips
from edgetop.probes.keptfile import text_if_any
from edgetop.probes.rails import MICRO, MILLI, File, Rail, RailProbe, rail_name
from edgetop.readings import BOARD, PART

OLD = "/sys/bus/i2c/drivers/ina3221x"
"""Of JetPack 4 and older."""

WHOLE = {"VDD_IN", "POM_5V_IN", "VIN"}
"""Labels of what all others are fed from."""
_NOT_CONNECTED = {"", "NC"}


def is_jetsons(root: str, chip: str) -> bool:
    """Whether a chip of that name is read here."""
    if chip == "ina238":
        return "nvidia,tegra" in text_if_any(os.path.join(root, "proc/device-tree/compatible"))
    return chip.startswith("ina3221")


class Ina3221Probe(RailProbe):
    """Volts, amperes and watts of each rail that is connected."""

    name = "ina3221"
    title = "power of Jetson rails"
    absent = ("there is no INA3221", "Only Jetson boards have it")

    def find(self) -> list[Rail]:
        """The rails of every chip."""
        rails: dict[str, Rail] = {}
        for chip in chips(self._root):
            if is_jetsons(self._root, chip.name):
                found = _of_ina238(chip) if chip.name == "ina238" else _of_ina3221(chip)
                _add(rails, f"{chip.name.upper()} (hwmon)", found)
        for folder in sorted(glob(os.path.join(self._root, OLD[1:], "*", "iio*device*"))):
            _add(rails, "INA3221 (IIO)", _of_iio(folder))
        return list(rails.values())


def _add(rails: dict[str, Rail], source: str, found: dict[str, dict[str, File]]) -> None:
    for label, files in found.items():
        if label not in _NOT_CONNECTED:
            name = rail_name(label, rails)
            rails[name] = Rail(name, label, source, BOARD if label in WHOLE else PART, files)


def _of_ina238(chip: Chip) -> dict[str, dict[str, File]]:
    watts = os.path.join(chip.folder, "power1_input"), MICRO
    return {chip.text("in1_label") or "VIN": {"w": watts, **_product(chip.folder, "in1_input", "curr1_input")}}


def _of_ina3221(chip: Chip) -> dict[str, dict[str, File]]:
    """Inputs 1 to 3 are the rails; those above are of the shunts."""
    files = {number: _product(chip.folder, f"in{number}_input", f"curr{number}_input") for number in (1, 2, 3)}
    return {chip.text(f"in{number}_label"): files[number] for number in files}


def _of_iio(folder: str) -> dict[str, dict[str, File]]:
    files = {number: _product(folder, f"in_voltage{number}_input", f"in_current{number}_input") for number in (0, 1, 2)}
    return {text_if_any(os.path.join(folder, f"rail_name_{number}")): files[number] for number in files}


def _product(folder: str, volts: str, amperes: str) -> dict[str, File]:
    return {"v": (os.path.join(folder, volts), MILLI), "a": (os.path.join(folder, amperes), MILLI)}
