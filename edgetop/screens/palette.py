"""The command palette: the actions that work now, and every theme."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Callable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from edgetop.screens.keys import Action


class ActionProvider(Provider):
    """Commands for Textual's palette, made from the registry of keys."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        app: Any = self.app
        actions: tuple[Action, ...] = app.actions_now
        for action in actions:
            if not action.elsewhere and action.method != "panel":  # it covers the cursor, and needs no numbers
                yield action.description, f"key {action.display}", partial(app.run_action, action.call)
        for name in sorted(app.available_themes, key=lambda name: (not name.startswith("edgetop"), name)):
            yield f"Theme: {name}", "", partial(app.use_theme, name)

    async def discover(self) -> Hits:
        """All commands, in the order of the registry."""
        for name, note, run in self._commands():
            yield DiscoveryHit(name, run, help=note)

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for name, note, run in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=note)
