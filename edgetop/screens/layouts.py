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
COLUMNS = (PANELS[:2], PANELS[2:])
"""The main column, and the one beside it."""
PRESETS = {
    "overview": frozenset(PANELS),
    "latency": frozenset(("chart", "figures")),
    "power": frozenset(("chart", "figures", "heat", "power")),
    "outputs": frozenset(("chart", "figures", "labels", "log")),
}


@dataclass(frozen=True)
class Layout:
    """A preset, less the panels that were hidden by hand, in the order in which they were put."""

    preset: str = "overview"
    hidden: frozenset[str] = frozenset()
    order: tuple[str, ...] = PANELS

    @property
    def shown(self) -> frozenset[str]:
        """The ids of the panels to show."""
        return PRESETS[self.preset] - self.hidden


def following(layout: Layout) -> Layout:
    """The next preset, whole; the order stays."""
    names = tuple(PRESETS)
    return Layout(names[(names.index(layout.preset) + 1) % len(names)], order=layout.order)


def moved(layout: Layout, panel: str, step: int) -> Optional[Layout]:
    """The layout with a panel before the shown one above it in its column, or behind the one below; None at the end."""
    column = next((column for column in COLUMNS if panel in column), ())
    shown = [name for name in layout.order if name in column and name in layout.shown]
    if panel not in shown or not 0 <= shown.index(panel) + step < len(shown):
        return None
    other = shown[shown.index(panel) + step]
    swap = {panel: other, other: panel}
    return replace(layout, order=tuple(swap.get(name, name) for name in layout.order))


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
            told = {"preset": layout.preset, "hidden": sorted(layout.hidden), "order": layout.order}
            json.dump(told, file)
        os.replace(f"{path}.new", path)


def remembered() -> Layout:
    """The layout of the last time; the overview where there was none, or what is there is none."""
    try:
        with open(_file(), encoding="utf-8") as file:
            told = json.load(file)
        preset, hidden = str(told["preset"]), frozenset(map(str, told["hidden"]))
        order = tuple(map(str, told.get("order", PANELS)))
        layout = Layout(preset, hidden, order if sorted(order) == sorted(PANELS) else PANELS)
        return layout if layout.shown else Layout(layout.preset)
    except (OSError, ValueError, KeyError, TypeError):
        return Layout()


def _file() -> str:
    return os.path.join(state_folder(), "layout.json")
