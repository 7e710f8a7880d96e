"""What went wrong, or a question, in a box above the panels, which stay readable."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class ErrorScreen(ModalScreen[None]):
    """A title and what to do about it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q", "close", show=False)]

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__()
        self.what = title
        self.hint = hint

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box") as box:
            box.border_title = "Error"
            yield Static(self.what, id="message-title", markup=False)
            if self.hint:
                yield Static(self.hint, id="message-hint", markup=False)
            yield Static("enter closes this", id="message-keys", markup=False)

    def action_close(self) -> None:
        """Close the box."""
        self.dismiss()


class QuestionScreen(ModalScreen[bool]):
    """A question answered with y or n; Escape is no, and Enter is yes, but where what would be done is ``grave``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("enter", "usual", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def __init__(self, question: str, hint: str = "", *, grave: bool = False) -> None:
        super().__init__()
        self._grave = grave
        self.question = question
        self.hint = hint

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static(self.question, id="message-title", markup=False)
            if self.hint:
                yield Static(self.hint, id="message-hint", markup=False)
            keys = "y: yes    n, enter or esc: no" if self._grave else "y or enter: yes    n or esc: no"
            yield Static(keys, id="message-keys", markup=False)

    def action_usual(self) -> None:
        """Close the box with what Enter means."""
        self.dismiss(not self._grave)

    def action_answer(self, yes: bool) -> None:
        """Close the box with the answer."""
        self.dismiss(yes)


class LeaveScreen(ModalScreen[bool]):
    """What becomes of a measurement that needs no screen: True stops it, False leaves it, None is neither."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l,enter,q", "answer(False)", show=False),
        Binding("s", "answer(True)", show=False),
        Binding("escape", "stay", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static("Leave it running, or stop it?", id="message-title", markup=False)
            yield Static("`edgetop attach` comes back to a run that was left.", id="message-hint", markup=False)
            yield Static("l or enter: leave it    s: stop it    esc: stay here", id="message-keys", markup=False)

    def action_answer(self, stop: bool) -> None:
        """Close the box with the answer."""
        self.dismiss(stop)

    def action_stay(self) -> None:
        """Close the box."""
        self.dismiss(None)
