"""Volts, amperes and watts of any chip that has a driver of the kernel's hardware monitoring."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Callable

from edgetop.clock import now_ns
from edgetop.plan import Ina219Settings
from edgetop.probes.hwmon_chips import SOURCE, Chip, chips
from edgetop.probes.ina3221 import is_jetsons
from edgetop.probes.rails import MICRO, MILLI, File, Rail, RailProbe, rail_name
from edgetop.readings import BOARD, PART

_FILE = re.compile(r"(in|curr|power)(\d+)_(?:input|average)")
_QUANTITIES = {"power": ("w", MICRO), "in": ("v", MILLI), "curr": ("a", MILLI)}

_WHOLE = {("power_meter", "1"), ("corsairpsu", "power total")}
"""Chip, and label or number, of what sees all that the machine draws: ACPI's power meter, a supply that measures."""


def _inputs(folder: str) -> dict[int, dict[str, File]]:
    """Number of an input to its files by kind: power, in, curr."""
    found: dict[int, dict[str, File]] = {}
    try:
        names = sorted(os.listdir(folder))  # powerN_average comes first, and gives way to powerN_input
    except OSError:  # the chip has just gone
        names = []
    for name in names:
        match = _FILE.fullmatch(name)
        if match:
            unit = _QUANTITIES[match[1]][1]
            found.setdefault(int(match[2]), {})[match[1]] = (os.path.join(folder, name), unit)
    return dict(sorted(found.items()))


def _supplies(chip: Chip) -> Iterator[tuple[str, dict[str, File]]]:
    """Label, or number, and the files of each supply of a chip by quantity.

    Files of one number are of one supply, unless their labels differ. Volts alone are one only where a label says
    what they are: else they may be those of a shunt.
    """
    for number, files in _inputs(chip.folder).items():
        labels = {kind: chip.text(f"{kind}{number}_label") for kind in files}
        apart = len({label for label in labels.values() if label}) > 1
        for kinds in [[kind] for kind in files] if apart else [list(files)]:
            label = next((labels[kind] for kind in kinds if labels[kind]), "")
            if label or kinds != ["in"]:
                yield label or str(number), {_QUANTITIES[kind][0]: files[kind] for kind in kinds}


class HwmonProbe(RailProbe):
    """Rails of the chips that no other probe reads: neither the INA219's own, nor a Jetson's, nor a battery's.

    ``taken`` are the chips of the INA219 probe, which reads them through the kernel where that holds them.
    """

    name = "hwmon"
    title = "power sensors of the kernel"
    absent = (f"no chip in {SOURCE} measures power", "A chip needs its driver: see sensors-detect of lm-sensors")

    def __init__(
        self, taken: Sequence[Ina219Settings] = (), root: str = "/", clock_ns: Callable[[], int] = now_ns
    ) -> None:
        super().__init__(root, clock_ns)
        self._taken = {f"{chip.bus or 1}-{chip.address:04x}" for chip in taken}

    def find(self) -> list[Rail]:
        """The supplies of all chips; what a charger or a USB-C port has agreed upon is not measured, and left out."""
        rails: dict[str, Rail] = {}
        for chip in chips(self._root):
            owned = chip.name.startswith("ina2") and os.path.basename(chip.device) in self._taken
            if owned or is_jetsons(self._root, chip.name) or "/power_supply/" in chip.device:
                continue
            for label, files in _supplies(chip):
                name = rail_name(f"{chip.name}-{label}", rails)
                covers = BOARD if (chip.name, label) in _WHOLE else PART
                rails[name] = Rail(name, f"{chip.name} {label}", f"{SOURCE}: {chip.name}", covers, files)
        return list(rails.values())
