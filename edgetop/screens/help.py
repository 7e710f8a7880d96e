"""The keys, made from their registry, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from edgetop.screens.keybar import key_text
from edgetop.screens.keys import ACTIONS, Action

FIGURES: tuple[tuple[str, str], ...] = (
    ("p50 p90 p99", "half, 90 % and 99 % of the inferences were at least this fast; one inference is one sample"),
    ("mean", "the average of the same samples; far above p50 when a few were very slow"),
    ("rate", "inferences a second while the run held its turn, the frameworks alternate"),
    ("CPU", "of the framework's own process during its turns; 100 % is one core"),
    ("memory", "resident set of the framework's process, and its peak"),
    ("power", "mean watts of all the meter sees during the run's turns"),
    ("energy", "joules of one inference: power over the turns, divided by their inferences, idle included"),
    ("agreement", "largest difference of the outputs from the first framework's, for the same input"),
    ("–", "not measured; the panel says why"),
)


def help_text(actions: Iterable[Action] = ACTIONS) -> Content:
    """Keys by group, then the figures; everything a line each."""
    lines: list[Content] = []
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.group, []).append(action)
    for group, members in groups.items():
        lines.append(Content.styled(group, "bold $primary"))
        descriptions = dict.fromkeys(action.description for action in members)
        for description in descriptions:
            keys = (key_text(key) for action in members if action.description == description for key in action.keys)
            lines.append(_line(" ".join(keys), description))
        lines.append(Content(""))
    lines.append(Content.styled("Figures", "bold $primary"))
    lines.extend(_line(name, meaning) for name, meaning in FIGURES)
    return Content("\n").join(lines)


def _line(name: str, meaning: str) -> Content:
    return Content.assemble(Content.styled(f"  {name:<13}", "$footer-key-foreground"), meaning)


class HelpScreen(ModalScreen[None]):
    """Help above whatever is on the screen; any of the usual keys closes it."""

    AUTO_FOCUS = "#help-box"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss_help", show=False)]

    def compose(self) -> ComposeResult:
        """One scrolling box."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            yield Static(help_text())

    def action_dismiss_help(self) -> None:
        """Close help."""
        self.dismiss()
