"""Writes changed cells straight to the terminal, with only the escape sequences in which they differ from the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from rich.color import ColorSystem
from rich.style import Style

Codes = tuple[str, str, str]
"""Parameters of SGR for attributes, foreground and background; empty where there is none."""
RESET = "\x1b[0m"


def codes_of(style: Style, colours: ColorSystem) -> Codes:
    """What a terminal with so many colours is told for a style."""
    attributes = style.without_color.render("|", color_system=colours).partition("m|")[0]
    return (
        attributes[2:] if attributes.startswith("\x1b[") else "",
        ";".join(style.color.downgrade(colours).get_ansi_codes()) if style.color else "",
        ";".join(style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False)) if style.bgcolor else "",
    )


class Pen:
    """Collects runs of cells, and gives them as one text that leaves the terminal without a style."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._codes: Codes = ("", "", "")
        self._at = (-1, -1)
        """Where the cursor stands: line, column."""

    def put(self, x: int, y: int, width: int, spans: Iterable[tuple[str, Codes]]) -> None:
        """Write spans from column ``x`` of line ``y`` on, both counted from 0; together ``width`` cells."""
        line, column = self._at
        if line != y or column > x:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        elif column < x:
            self._parts.append(f"\x1b[{x - column}C")
        for text, codes in spans:
            if codes != self._codes:
                self._parts.append(_change(self._codes, codes))
                self._codes = codes
            self._parts.append(text)
        self._at = (y, x + width)

    def take(self) -> str:
        """What was written since the last time."""
        if not self._parts:
            return ""
        text = "".join([*self._parts, RESET])
        self._parts, self._codes, self._at = [], ("", "", ""), (-1, -1)
        return text


def _change(old: Codes, new: Codes) -> str:
    """From one style to the next; attributes, or a colour that goes, can only be taken back together."""
    gone = old[0] != new[0] or (old[1] and not new[1]) or (old[2] and not new[2])
    codes: list[Optional[str]] = ["0", *new] if gone else [b if a != b else "" for a, b in zip(old[1:], new[1:])]
    return f"\x1b[{';'.join([code for code in codes if code])}m"
