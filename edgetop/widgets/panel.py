"""A titled panel: rounded border, number and title at the left, source or unit at the right, content inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Optional

from textual.geometry import Size

from edgetop.widgets.cells import Row, exactly, fit, row_width
from edgetop.widgets.lines import Lines


class Panel(Lines, can_focus=True):
    """The base of the panels; a subclass gives ``content`` and may give ``caption``."""

    DEFAULT_CSS = """
    Panel { width: 1fr; height: 1fr; }
    """
    NUMBER: ClassVar[str] = ""
    """The key that goes to this panel."""
    TITLE: ClassVar[str] = ""

    def __init__(self, id: Optional[str] = None, classes: Optional[str] = None) -> None:
        super().__init__(id=id, classes=f"panel {classes or ''}".strip())
        self.title = self.TITLE

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The rows inside the border and its padding of one cell at each side."""
        raise NotImplementedError

    def caption(self) -> str:
        """What stands at the right in the upper border: the unit, or where the values come from."""
        return ""

    def hints(self) -> str:
        """What stands at the right in the lower border: the keys of a panel that has its own, or what its signs are."""
        return ""

    def draw(self, width: int, height: int) -> list[Row]:
        """Upper border, content, lower border."""
        if width < 4 or height < 2:
            return []
        rows = list(self.content(width - 4, height - 2))[: height - 2]
        rows += [()] * (height - 2 - len(rows))
        return [self._upper_border(width), *rows, self._lower_border(width)]

    def dress(self, y: int, row: Row, size: Size) -> Row:
        """The sides of the border, with a blank cell of padding each."""
        width, height = size
        if width < 4 or not 0 < y < height - 1:
            return exactly(row, width)
        return (("│ ", "border"), *exactly(row, width - 4), (" │", "border"))

    def _upper_border(self, width: int) -> Row:
        number = ((f"{self.NUMBER} ", "muted"),) if self.NUMBER else ()
        left: Row = (("╭─ ", "border"), *number, (self.title, "title"), (" ", ""))
        if row_width(left) > width - 2:
            left = (("╭─ ", "border"), (fit(self.title, width - 6).rstrip(), "title"), (" ", ""))
        room = width - row_width(left)
        caption = self.caption()
        right: Row = (("─╮", "border"),)
        if caption and row_width(((caption, ""),)) + 5 <= room:
            right = ((" ", ""), (caption, "muted"), (" ─╮", "border"))
        elif caption and room >= 16:
            right = ((" ", ""), (fit(caption, room - 5), "muted"), (" ─╮", "border"))
        return (*left, ("─" * max(0, width - row_width(left) - row_width(right)), "border"), *right)

    def _lower_border(self, width: int) -> Row:
        hints = self.hints()
        room = width - 6 - row_width(((hints, ""),))
        if not hints or room < 0:
            return (("╰" + "─" * (width - 2) + "╯", "border"),)
        return (("╰" + "─" * (room + 1) + " ", "border"), (hints, "muted"), (" ─╯", "border"))
