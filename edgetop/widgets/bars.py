"""Bars and blocks in single cells."""

from __future__ import annotations

from edgetop.widgets.cells import Span

BLOCKS = "▁▂▃▄▅▆▇█"
FILLED = "━"
REST = "┈"


def bar(share: float, width: int, ink: str) -> tuple[Span, Span]:
    """A bar of ``width`` cells, filled to ``share`` (0 to 1) with another character than its rest."""
    full = round(min(1.0, max(0.0, share)) * width)
    return (FILLED * full, ink), (REST * (width - full), "grid")


def block(share: float) -> str:
    """One cell as high as ``share`` (0 to 1)."""
    return BLOCKS[min(len(BLOCKS) - 1, int(max(0.0, share) * len(BLOCKS)))]
