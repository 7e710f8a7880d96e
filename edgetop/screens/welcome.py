"""What a newcomer sees once: the three things to do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from edgetop.config import state_folder
from edgetop.screens.keybar import bar_text
from edgetop.screens.keys import ACTIONS, Action

STEPS = (
    ("Choose", "a model at the left; frameworks, precision, threads and input at the right. tab goes on, space takes."),
    ("Start", "with {start}. All frameworks load the same network and take turns on the same input, and are measured."),
    (
        "Read",
        "{help} explains every figure, {comparison} compares, {palette} finds any command. {quit} ends it; what was "
        "recorded can be replayed: {sessions}.",
    ),
)
"""Each with the keys of actions, by their ids."""


class WelcomeScreen(ModalScreen[None]):
    """Three things to do; any of the usual keys closes it."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-roomy")]  # noqa: RUF012  Textual types it as an instance's
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q,i", "dismiss_welcome", show=False)]

    def __init__(self, actions: Iterable[Action] = ACTIONS) -> None:
        super().__init__()
        self._keys = {action.id: bar_text(action) or "ctrl+p" for action in actions}

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(id="message-box"):
            yield Static(
                "Which framework is fastest on this board, and what does it cost?", id="message-title", markup=False
            )
            for number, (name, text) in enumerate(STEPS, 1):
                head = Content.styled(f"{number} {name} ", "bold $primary")
                yield Static(Content.assemble(head, text.format_map(self._keys)), classes="step")
            again = self._keys.get("welcome", "i")
            yield Static(f"enter: begin    {again} shows this again", id="message-keys", markup=False)

    def action_dismiss_welcome(self) -> None:
        """Close it, and remember that it was seen."""
        remember_welcome()
        self.dismiss()


def is_first_start() -> bool:
    """Whether the three things were never seen here."""
    return not os.path.exists(_file())


def remember_welcome() -> None:
    """Not to show them again by itself; where that cannot be kept they come again, which harms nobody."""
    with contextlib.suppress(OSError):
        os.makedirs(state_folder(), exist_ok=True)
        with open(_file(), "w", encoding="utf-8"):
            pass


def _file() -> str:
    return os.path.join(state_folder(), "welcomed")
