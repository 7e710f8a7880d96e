"""A panel whose rows are more than it has room for: keys and wheel move them."""

from __future__ import annotations

from typing import ClassVar, Optional

from textual.binding import Binding, BindingType

from edgetop.widgets.panel import Panel


class ScrolledPanel(Panel):
    """The base of the panels that scroll; a subclass draws from ``first_row`` on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_rows(-1)", show=False),
        Binding("down", "scroll_rows(1)", show=False),
        Binding("pageup", "scroll_rows(-10)", show=False),
        Binding("pagedown", "scroll_rows(10)", show=False),
        Binding("home", "scroll_rows(-99999)", show=False),
        Binding("end", "scroll_rows(99999)", show=False),
    ]

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._first = 0
        self._last_first = 0
        """The first row of the last screenful, as drawn last."""

    def first_row(self, rows: int, room: int) -> int:
        """The first of ``rows`` to draw where there is room for so many."""
        self._last_first = max(0, rows - room)
        self._first = min(self._first, self._last_first)
        return self._first

    @property
    def scrolls(self) -> bool:
        """Whether there were more rows than room when it was drawn last."""
        return self._last_first > 0

    def to_top(self) -> None:
        """Draw from the first row on again, once it is drawn."""
        self._first = 0

    def action_scroll_rows(self, delta: int) -> None:
        """Move the rows."""
        self._first = max(0, min(self._first + delta, self._last_first))
        self.redraw()

    def on_mouse_scroll_down(self) -> None:
        """Move the rows on."""
        self.action_scroll_rows(3)

    def on_mouse_scroll_up(self) -> None:
        """Move the rows back."""
        self.action_scroll_rows(-3)
