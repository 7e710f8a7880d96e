"""The chips that the kernel's hardware monitoring knows, by name and in an order that stays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from glob import glob

from edgetop.probes.keptfile import text_if_any

SOURCE = "/sys/class/hwmon"


@dataclass(frozen=True)
class Chip:
    """A chip: its driver's name for it, its folder, and the device behind it, which stays the same."""

    name: str
    device: str
    folder: str

    def text(self, file: str) -> str:
        """The text of a file of its folder, empty where there is none."""
        return text_if_any(os.path.join(self.folder, file))


def chips(root: str) -> list[Chip]:
    """All of them, by name and device: the numbers of their folders change from start to start."""
    folders = glob(os.path.join(root, SOURCE[1:], "hwmon*"))
    found = [(text_if_any(f"{folder}/name"), os.path.realpath(f"{folder}/device"), folder) for folder in folders]
    return [Chip(*one) for one in sorted(found) if one[0]]
