"""A small box that asks for a name."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class RenameScreen(ModalScreen[str]):
    """Asks for another name; gives it, or nothing where it is left as it was."""

    AUTO_FOCUS = "#new-name"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_before = name

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static("Rename the session", id="message-title", markup=False)
            yield Input(self._name_before, id="new-name", compact=True, select_on_focus=False)
            yield Static("enter: rename    esc: leave it", id="message-keys", markup=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Give the name."""
        name = message.value.strip()
        self.dismiss("" if name == self._name_before else name)

    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss("")
