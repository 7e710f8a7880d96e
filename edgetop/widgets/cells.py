"""Text in terminal cells: rows of styled spans, cut, padded, wrapped and compared cell by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich import cells as rich_cells
from rich.cells import set_cell_size

Span = tuple[str, str]
"""Text and the name of its ink (see ``ink.py``); the empty name is ordinary text."""
Row = tuple[Span, ...]
"""One line of a widget, left to right."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
_ASCII = str.maketrans(
    "╭╮╰╯─│┈━█▓▒░▁▂▃▄▅▆▇▶❚●■▲◆▼○✓✗·…–—×±°≤≥µ•←→↑↓‹›≈┿",
    "++++-|-=#%+:__..-=+>|o#^*v0+x.~--x+o<>u*<>^v<>~+",
)


def cell_len(text: str) -> int:
    """The cells a text takes."""
    return len(text) if text.isascii() else rich_cells.cell_len(text)  # which keeps every text it has seen


def plain(text: str) -> str:
    """``text`` without escape sequences and control characters, safe to draw."""
    return _ESCAPES.sub("", text).translate(_CONTROLS)


def ascii_only(text: str) -> str:
    """``text`` in ASCII, a character for a character: signs become their look-alikes, anything else ``?``."""
    return text if text.isascii() else text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def fit(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the left, cut with an ellipsis where it is too long."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    return text + " " * (width - length)


def fit_right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the right."""
    length = cell_len(text)
    return " " * (width - length) + text if length < width else fit(text, width)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken between words, long words cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = fit(word, width).rstrip() if width > 0 else ""
    return [*lines, line] if line else lines


def row_width(row: Row) -> int:
    """The cells a row takes."""
    return sum(cell_len(text) for text, _ in row)


def exactly(row: Row, width: int) -> Row:
    """``row`` cut or padded to ``width`` cells; empty spans are dropped."""
    spans: list[Span] = []
    left = width
    for text, ink in row:
        length = cell_len(text)
        if not length:
            continue
        if length > left:
            if left:
                spans.append((fit(text, left), ink))
            left = 0
            break
        spans.append((text, ink))
        left -= length
    if left:
        spans.append((" " * left, ""))
    return tuple(spans)


def beside(left: Row, right: Row, width: int) -> Row:
    """``left`` at the left, ``right`` at the right end; the right one is left out where both do not fit."""
    room = width - row_width(left) - row_width(right)
    return (*left, (" " * room, ""), *right) if room >= 1 else left


def flow(entries: Sequence[Row], width: int, gap: str) -> list[Row]:
    """Entries in as few lines of ``width`` cells as they fill, ``gap`` between those of a line."""
    rows: list[Row] = []
    for entry in entries:
        if rows and row_width(rows[-1]) + len(gap) + row_width(entry) <= width:
            rows[-1] = (*rows[-1], (gap, ""), *entry)
        else:
            rows.append(entry)
    return rows


def changed_runs(old: Row, new: Row, join: int) -> list[tuple[int, int]]:
    """Where two rows of equal width differ: (first cell, end) of each run, runs nearer than ``join`` cells as one."""
    if not _cell_a_character(old) or not _cell_a_character(new):
        return [(0, max(row_width(old), row_width(new)))]
    same = next((place for place, (was, now) in enumerate(zip(old, new)) if was != now), min(len(old), len(new)))
    first = sum([len(text) for text, _ in old[:same]])
    before = [(char, ink) for text, ink in old[same:] for char in text]
    after = [(char, ink) for text, ink in new[same:] for char in text]
    runs: list[tuple[int, int]] = []
    for x, (was, now) in enumerate(zip(before, after), first):
        if was == now:
            continue
        if runs and x - runs[-1][1] < join:
            runs[-1] = (runs[-1][0], x + 1)
        else:
            runs.append((x, x + 1))
    return runs


def _cell_a_character(row: Row) -> bool:
    text = "".join([text for text, _ in row])
    return cell_len(text) == len(text)


def cut(row: Row, first: int, end: int) -> Row:
    """All of a row, or of one whose characters take a cell each, the cells from ``first`` up to, not with, ``end``."""
    spans: list[Span] = []
    x = 0
    for text, ink in row:
        if x >= end:
            break
        part = text[max(0, first - x) : end - x]
        if part:
            spans.append((part, ink))
        x += len(text)
    return tuple(spans)


def spans_of(cells: Sequence[Span]) -> Row:
    """Single cells as a row, neighbours of one ink together."""
    spans: list[Span] = []
    text: list[str] = []
    ink = ""
    for char, its_ink in cells:
        if its_ink != ink and text:
            spans.append(("".join(text), ink))
            text = []
        ink = its_ink
        text.append(char)
    if text:
        spans.append(("".join(text), ink))
    return tuple(spans)
