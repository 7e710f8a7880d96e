"""A small box that asks for a moment of the session."""

from __future__ import annotations

from typing import ClassVar, Optional

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from edgetop.screens.moments import EXAMPLES, moment


class GoToScreen(ModalScreen[Optional[int]]):
    """Asks for a moment; gives it in nanoseconds since the session's start, or None."""

    AUTO_FOCUS = "#moment"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self, now_ns: int, duration_ns: int) -> None:
        super().__init__()
        self._now_ns = now_ns
        self._duration_ns = duration_ns

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static("Go to", id="message-title", markup=False)
            yield Input(placeholder=EXAMPLES, id="moment", compact=True)
            yield Static("enter: go there    esc: stay", id="message-keys", markup=False)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Give the moment, or say below what is wrong with it."""
        try:
            self.dismiss(moment(message.value, self._now_ns, self._duration_ns))
        except ValueError as error:
            self.query_one("#message-keys", Static).update(str(error))

    def action_cancel(self) -> None:
        """Stay."""
        self.dismiss(None)
