"""A small box at the bottom that asks for words; what is above shows at once what they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class FilterScreen(ModalScreen[None]):
    """Gives each change of the words to ``apply``; escape gives those of before."""

    AUTO_FOCUS = "#words"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, title: str, example: str, words: str, apply: Callable[[str], None]) -> None:
        super().__init__()
        self._title = title
        self._example = example
        self._words = words
        self._apply = apply

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static(self._title, id="message-title", markup=False)
            yield Input(self._words, placeholder=self._example, id="words", compact=True)
            yield Static("enter: keep it    empty: all again    esc: as before", id="message-keys", markup=False)

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show what the words leave."""
        self._apply(message.value)

    def on_input_submitted(self) -> None:
        """Keep it."""
        self.dismiss()

    def action_cancel(self) -> None:
        """As it was before."""
        self._apply(self._words)
        self.dismiss()
