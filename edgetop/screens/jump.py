"""Jump mode: a sign on every panel that is seen; its key goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Optional

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfgqwert"
"""For what has no number of its own."""


def targets_of(screen: Screen[Any]) -> dict[str, Widget]:
    """What can be gone to on a screen, by its key: a panel's number, or a letter."""
    seen = [widget for widget in screen.focus_chain if widget.region.area and screen.region.overlaps(widget.region)]
    letters = iter(LETTERS)
    return {getattr(widget, "NUMBER", "") or next(letters): widget for widget in seen[: len(LETTERS)]}


class JumpScreen(ModalScreen[Optional[Widget]]):
    """Signs above what is seen; gives the widget whose key was pressed, or None."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", show=False)]

    def __init__(self, targets: Mapping[str, Widget]) -> None:
        super().__init__()
        self._targets = targets

    def compose(self) -> ComposeResult:
        """A sign in the middle of each."""
        for key, widget in self._targets.items():
            sign = Static(f" {key} ", classes="jump-sign", markup=False)
            x, y = widget.region.x + max(0, widget.region.width // 2 - 2), widget.region.y + widget.region.height // 2
            sign.styles.offset = (x, y)
            yield sign

    def on_key(self, event: Key) -> None:
        """Go to the panel of this key; any other key stays."""
        event.stop()
        event.prevent_default()
        self.dismiss(self._targets.get(event.character or ""))

    def on_click(self) -> None:
        """A click goes nowhere."""
        self.dismiss(None)

    def action_stay(self) -> None:
        """Stay."""
        self.dismiss(None)
