"""A list of rows with a cursor, drawn line by line: what the picker is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

Piece = tuple[str, str]
"""A text and its style: text, muted, good, bad or mark."""
Row = tuple[Piece, ...]


class RowList(ScrollView, can_focus=True):
    """Rows of styled pieces under an optional header that does not scroll."""

    ALLOW_MAXIMIZE = False
    STYLES: ClassVar[tuple[str, ...]] = ("text", "muted", "good", "bad", "mark")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", *(f"rows--{style}" for style in STYLES)}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-8)", show=False),
        Binding("pagedown", "move(8)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("space", "choose", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    class Stepped(Message):
        """Left or right was pressed: ``delta`` is -1 or 1."""

        def __init__(self, rows: RowList, delta: int) -> None:
            super().__init__()
            self.rows = rows
            self.delta = delta

    class Chosen(Message):
        """Space was pressed, or the row was clicked."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, *, id: str, title: str, cursor_stays: bool = False, leads_on: bool = False) -> None:
        super().__init__(id=id)
        self.border_title = title
        self.cursor = 0
        self._cursor_stays = cursor_stays
        self._leads_on = leads_on  # whether a step beyond either end is the screen's
        self._rows: tuple[Row, ...] = ()
        self._header: Row = ()

    def set_rows(self, rows: Sequence[Row], header: Row = ()) -> None:
        """Show these rows; draws only when they differ from what is shown."""
        if tuple(rows) == self._rows and header == self._header:
            return
        self._rows, self._header = tuple(rows), header
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows) + bool(header))
        self.refresh()

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, and the row in sight."""
        index = max(0, min(index, len(self._rows) - 1))
        self.keep_in_sight(index)
        if index != self.cursor:
            self.cursor = index
            self.refresh()
            self.post_message(self.Moved(self))

    def keep_in_sight(self, index: int) -> None:
        """Scroll as little as shows the row."""
        visible = max(1, self.scrollable_content_region.height - bool(self._header))
        top = int(self.scroll_offset.y)
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + visible:
            self.scroll_to(y=index - visible + 1, animate=False)

    def action_move(self, delta: int) -> None:
        """Move the cursor by so many rows."""
        if self._leads_on and abs(delta) == 1 and not 0 <= self.cursor + delta < len(self._rows):
            raise SkipAction
        self.move_to(self.cursor + delta)

    def action_step(self, delta: int) -> None:
        """Tell of left or right."""
        self.post_message(self.Stepped(self, delta))

    def action_choose(self) -> None:
        """Tell of space."""
        self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Take the clicked row, as space would."""
        index = event.get_content_offset_capture(self).y - bool(self._header) + int(self.scroll_offset.y)
        if 0 <= index < len(self._rows):
            self.move_to(index)
            self.post_message(self.Chosen(self))

    def on_resize(self) -> None:
        """Keep the cursor in sight in the new size."""
        self.call_after_refresh(self.keep_in_sight, self.cursor)

    def render_line(self, y: int) -> Strip:
        """One line of the list."""
        width = self.scrollable_content_region.width
        if self._header and y == 0:
            return self._strip(self._header, width, on_cursor=False)
        index = y - bool(self._header) + int(self.scroll_offset.y)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        on_cursor = index == self.cursor and (self.has_focus or self._cursor_stays)
        return self._strip(self._rows[index], width, on_cursor)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def text_width(self) -> int:
        """The columns a row may fill; one is left free at the right."""
        return max(0, self.scrollable_content_region.width - 1)

    def _strip(self, row: Row, width: int, on_cursor: bool) -> Strip:
        base = self.get_component_rich_style("rows--cursor") if on_cursor and self.has_focus else None
        styles = (base or self.get_component_rich_style(f"rows--{name}") for _, name in row)
        segments = [Segment(text, style) for (text, _), style in zip(row, styles)]
        strip = Strip(segments).adjust_cell_length(max(0, width - 1), base or self.rich_style)
        return strip.adjust_cell_length(width, self.rich_style)
