"""Sends less to the terminal: a partial update begins at its first changed cell, not at its widget's left edge.

Textual crops a dirty span at its right end only. The override touches a private part, so it is put in place only
where that part has the shape it was proved with (Textual 8); any other Textual keeps its own way, which is right
but sends more.
"""

from __future__ import annotations

import inspect

from rich.console import Console
from textual._compositor import ChopsUpdate

PROVED_SHAPE = ("self", "chops", "spans", "chop_ends")
"""What the update is made from. Asking the installed version's number would cost two megabytes of imports."""


def render_cropped(update: ChopsUpdate, console: Console) -> str:
    """The escape sequences of a partial update, each span cropped at both ends."""
    parts = []
    for y, first, end in update.spans:
        for chop_end, (start, strip) in zip(update.chop_ends[y], update.chops[y].items()):
            left, right = max(start, first), min(chop_end, end)
            if strip is None or left >= right:
                continue
            part = strip if (left, right) == (start, chop_end) else strip.crop(left - start, right - start)
            parts.append(f"\x1b[{y + 1};{left + 1}H{part.render(console)}")
    return "".join(parts)


def install_cropping() -> bool:
    """Put the override in place; False where this Textual is of another shape."""
    if tuple(inspect.signature(ChopsUpdate.__init__).parameters) != PROVED_SHAPE:
        return False
    ChopsUpdate.render_segments = render_cropped  # type: ignore[method-assign, assignment]
    return True


JOIN_CELLS = 8 if install_cropping() else 10_000
"""Changed runs nearer than this go as one; without cropping a row is sent from its left edge anyway, once."""
