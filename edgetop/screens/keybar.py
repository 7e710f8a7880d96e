"""The bar of keys at the bottom: what works now, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.widget import Widget

from edgetop.screens.keys import Action

_SHOWN = {"enter": "enter", "space": "space", "escape": "esc", "left": "←", "right": "→"}


def key_text(key: str) -> str:
    """A key as it is written on the screen."""
    return _SHOWN.get(key, key)


GAP = 2
"""Blanks behind a label."""


def bar_keys(action: Action) -> tuple[str, ...]:
    """Those of its keys that the bar shows: the first, or the two of a pair."""
    return ("left", "right") if action.keys == ("left", "right") else action.keys[:1]


def bar_text(action: Action) -> str:
    """Its keys as the bar writes them."""
    return "".join(map(key_text, bar_keys(action)))


def fitting(actions: Sequence[Action], width: int) -> list[Action]:
    """The labelled actions that fit into ``width`` columns: the first ones, and always the last one."""
    labelled = [action for action in actions if action.label]
    if not labelled:
        return []
    *rest, last = labelled
    room = width - _width(last) + GAP  # nothing follows it
    chosen: list[Action] = []
    for action in rest:
        room -= _width(action)
        if room < 0:
            break
        chosen.append(action)
    return [*chosen, last]


def _width(action: Action) -> int:
    # A space on each side of the key, and the gap behind the label.
    return len(bar_text(action)) + 2 + len(action.label) + GAP


class KeyBar(Widget):
    """One line of keys, each of which can be clicked."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = tuple(actions)

    def render(self) -> Content:
        """The keys that fit, with their labels."""
        parts = []
        for action in fitting(self._actions, self.size.width):
            key = Content.styled(f" {bar_text(action)} ", "$footer-key-foreground")
            parts.append(Content.assemble(key, action.label + " " * GAP))
        return Content("").join(parts)

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        x = event.x - self.gutter.left
        for action in fitting(self._actions, self.size.width):
            if 0 <= x < _width(action) and action.elsewhere:
                keys = bar_keys(action)
                self.app.simulate_key(keys[0] if x <= 1 else keys[-1])  # a space precedes the first
            elif 0 <= x < _width(action):
                await self.app.run_action(action.call)
            x -= _width(action)
