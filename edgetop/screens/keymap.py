"""The keys a user wishes in place of edgetop's own, by the actions' ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from edgetop.errors import BadConfig
from edgetop.screens.keys import ACTIONS, Action

_NAMED = {f"f{n}" for n in range(1, 13)} | {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"),
    *("space", "enter", "tab", "escape", "backspace", "comma"),
}
"""Keys that terminals send and Textual names; the others are one sign each."""


def remapped(wishes: Mapping[str, tuple[str, ...]], actions: tuple[Action, ...] = ACTIONS) -> tuple[Action, ...]:
    """The actions with the keys wished; one with none is left to the command palette.

    Raises BadConfig for an id or a key there is not, for keys that are not the app's to give, and where two actions
    of one screen would have the same key.
    """
    known = {action.id: action for action in actions}
    for id, keys in wishes.items():
        if id not in known:
            raise BadConfig(f"[keys]: there is no action {id!r}", "`edgetop list keys` lists them")
        if known[id].elsewhere:
            raise BadConfig(
                f"[keys]: the keys of {id!r} are fixed", "They belong to a list or panel, where it has them"
            )
        for key in keys:
            if not is_key(key):
                raise BadConfig(f"[keys] {id}: there is no key {key!r}", 'Write "x", "ctrl+x", "space" or "f2"')
    new = tuple(dataclasses.replace(a, keys=wishes[a.id]) if a.id in wishes else a for a in actions)
    _refuse_clashes(new, wishes)
    return new


def is_key(key: str) -> bool:
    """Whether a terminal can send it: one sign, a named key, or ctrl and a letter."""
    control, _, letter = key.rpartition("ctrl+")
    if key.startswith("ctrl+"):
        return not control and len(letter) == 1 and letter.isascii() and letter.islower()
    return key in _NAMED or (len(key) == 1 and key.isprintable() and key not in " ,")


def _refuse_clashes(actions: tuple[Action, ...], wishes: Mapping[str, tuple[str, ...]]) -> None:
    taken: dict[tuple[str, str], Action] = {}
    for action in actions:
        for scene in action.scenes:
            for key in action.keys:
                other = taken.setdefault((scene, key), action)
                if other is not action and (action.id in wishes or other.id in wishes):
                    title = f"[keys]: {key!r} would be both {other.id!r} and {action.id!r}"
                    raise BadConfig(title, "Give one of them another key")
