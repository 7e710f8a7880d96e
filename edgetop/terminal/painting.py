"""Painting past Textual: where a widget is in full sight, its changed cells can go straight to the terminal.

Textual paints a change by composing all widgets in the box around all changes. A screen of panels side by side has
nothing to compose. What lies under anything else, even in part, is left to Textual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.geometry import Region
from textual.widget import Widget


def visible_widgets(screen: Any) -> Mapping[Widget, tuple[Region, Region]]:
    """Region and clip of all that a screen shows, from front to back; empty where Textual does not tell."""
    compositor = getattr(screen, "_compositor", None)
    return getattr(compositor, "visible_widgets", None) or {}


def in_full_sight(visible: Mapping[Widget, tuple[Region, Region]]) -> dict[Widget, Region]:
    """The widgets that nothing covers or cuts, with their regions."""
    found: dict[Widget, Region] = {}
    before: list[Region] = []
    for widget, (region, clip) in visible.items():
        if clip.contains_region(region) and not any(region.overlaps(other) for other in before):
            found[widget] = region
        before.append(region)
    return found
