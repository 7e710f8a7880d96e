"""Which panels the live screen shows side by side: presets, and panels hidden by hand; remembered for the next time."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, replace
from typing import Optional

from edgetop.config import state_folder

PANELS = ("chart", "figures", "cores", "heat", "power", "labels", "log")
"""The ids of the panels that stand side by side."""
PRESETS = {
    "overview": frozenset(PANELS),
    "latency": frozenset(("chart", "figures")),
    "power": frozenset(("chart", "figures", "heat", "power")),
    "outputs": frozenset(("chart", "figures", "labels", "log")),
}


@dataclass(frozen=True)
class Layout:
    """A preset, less the panels that were hidden by hand."""

    preset: str = "overview"
    hidden: frozenset[str] = frozenset()

    @property
    def shown(self) -> frozenset[str]:
        """The ids of the panels to show."""
        return PRESETS[self.preset] - self.hidden


def following(layout: Layout) -> Layout:
    """The next preset, whole."""
    names = tuple(PRESETS)
    return Layout(names[(names.index(layout.preset) + 1) % len(names)])


def hiding(layout: Layout, panel: str) -> Optional[Layout]:
    """The layout without a panel; None where it is the last one, or is not shown."""
    if panel not in layout.shown or len(layout.shown) == 1:
        return None
    return replace(layout, hidden=layout.hidden | {panel})


def remember(layout: Layout) -> None:
    """Keep it for the next start; a folder that cannot be written is passed over, since nothing but comfort is lost."""
    with contextlib.suppress(OSError):
        os.makedirs(state_folder(), exist_ok=True)
        path = _file()
        with open(f"{path}.new", "w", encoding="utf-8") as file:
            json.dump({"preset": layout.preset, "hidden": sorted(layout.hidden)}, file)
        os.replace(f"{path}.new", path)


def remembered() -> Layout:
    """The layout of the last time; the overview where there was none, or what is there is none."""
    try:
        with open(_file(), encoding="utf-8") as file:
            told = json.load(file)
        layout = Layout(str(told["preset"]), frozenset(map(str, told["hidden"])))
        return layout if layout.shown else Layout(layout.preset)
    except (OSError, ValueError, KeyError, TypeError):
        return Layout()


def _file() -> str:
    return os.path.join(state_folder(), "layout.json")
