"""The keys, made from their registry, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widget import Widget

from edgetop.screens.keybar import key_text
from edgetop.screens.keys import ACTIONS, Action
from edgetop.screens.meanings import MEANINGS
from edgetop.widgets.cells import wrap

NAME = 16
"""Cells of a key or a figure's name, margin included."""
UNWRAPPED = 10_000


def help_text(width: int = UNWRAPPED, actions: Iterable[Action] = ACTIONS) -> Content:
    """Keys by group, then the figures by theirs, in lines of ``width`` cells."""
    groups: dict[str, dict[str, list[str]]] = {}
    for action in actions:
        keys = groups.setdefault(action.group, {}).setdefault(action.description, [])
        keys += [key_text(key) for key in action.keys]
    lines: list[Content] = []
    for group, members in groups.items():
        lines += _section(group, [(" ".join(keys), description) for description, keys in members.items()], width)
    for group, meanings in MEANINGS:
        lines += _section(group, meanings, width)
    return Content("\n").join(lines[:-1])


def _section(title: str, entries: Sequence[tuple[str, str]], width: int) -> list[Content]:
    """A title, its entries, and a blank line; a text that is wrapped goes on below itself."""
    lines = [Content.styled(title, "bold $primary")]
    for name, text in entries:
        for place, line in enumerate(wrap(text, max(1, width - NAME))):
            head = f"  {name if place == 0 else '':<{NAME - 2}}"
            lines.append(Content.assemble(Content.styled(head, "$footer-key-foreground"), line))
    return [*lines, Content("")]


class HelpText(Widget):
    """The whole help, as wide as there is room."""

    DEFAULT_CSS = """
    HelpText { width: 1fr; height: auto; }
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__()
        self._actions = tuple(actions)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Its lines in ``width`` cells."""
        return len(help_text(width, self._actions).plain.splitlines())

    def render(self) -> Content:
        """The text for the width that it has."""
        return help_text(self.size.width, self._actions)


class HelpScreen(ModalScreen[None]):
    """Help above whatever is on the screen; any of the usual keys closes it."""

    AUTO_FOCUS = "#help-box"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "dismiss_help", show=False)]

    def __init__(self, actions: Iterable[Action] = ACTIONS) -> None:
        super().__init__()
        self._actions = tuple(actions)

    def compose(self) -> ComposeResult:
        """One scrolling box."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "Help"
            box.border_subtitle = "↑↓ scroll, esc closes"
            yield HelpText(self._actions)

    def action_dismiss_help(self) -> None:
        """Close help."""
        self.dismiss()
