"""Plots as characters: a column of cells from traces of several series, in braille or in ASCII letters.

A cell of braille holds 2 columns of time and 4 dots of height. The mean of a series is a solid line, the band
from its minimum to its maximum a half-tone of every second dot, so that both differ without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

Dot = Optional[tuple[int, int, int]]
"""Lowest, mean and highest dot of a series in one column, counted from the plot's floor; None for no line."""
Trace = Sequence[Dot]
"""The columns of one series, oldest first."""
Cell = tuple[str, int, bool]
"""A character, the number of its series (-1 for none), and whether it is only a band's."""

BLANK: Cell = (" ", -1, False)
COLUMNS_A_CELL = 2
DOTS_A_CELL = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"

_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bit of a dot by its column and its height in the cell, from below."""


def line_between(before: Dot, now: tuple[int, int, int]) -> range:
    """The dots that lead a line from the column before up or down to this one's mean, without a hole."""
    mean = now[1]
    if before is None or abs(before[1] - mean) <= 1:
        return range(mean, mean + 1)
    return range(before[1] + 1, mean + 1) if before[1] < mean else range(mean, before[1])


def braille_column(traces: Sequence[Trace], x: int, height: int) -> list[Cell]:
    """The cells of column ``x`` from the top down; where lines cross, the cell has the first one's number."""
    top = height * DOTS_A_CELL
    lines = [0] * height
    bands = [0] * height
    line_owner = [-1] * height
    band_owner = [-1] * height
    for number in reversed(range(len(traces))):
        trace = traces[number]
        for side, bits in enumerate(_BITS):
            column = x * COLUMNS_A_CELL + side
            now = trace[column] if column < len(trace) else None
            if now is None:
                continue
            for dot in range(max(0, now[0]), min(top, now[2] + 1)):
                if (dot + column) % 2 == 0:
                    bands[dot // 4] |= bits[dot % 4]
                    band_owner[dot // 4] = number
            for dot in line_between(trace[column - 1] if column else None, now):
                if 0 <= dot < top:
                    lines[dot // 4] |= bits[dot % 4]
                    line_owner[dot // 4] = number
    cells = []
    for level in reversed(range(height)):
        if lines[level]:
            cells.append((chr(0x2800 + lines[level]), line_owner[level], False))
        elif bands[level]:
            cells.append((chr(0x2800 + bands[level]), band_owner[level], True))
        else:
            cells.append(BLANK)
    return cells


def ascii_column(traces: Sequence[Trace], x: int, height: int) -> list[Cell]:
    """The same in ASCII: one column and one dot a cell, a letter for a mean, points for a band."""
    cells = [BLANK] * height
    for number in reversed(range(len(traces))):
        now = traces[number][x] if x < len(traces[number]) else None
        if now is None:
            continue
        for dot in range(max(0, now[0]), min(height, now[2] + 1)):
            if cells[height - 1 - dot][1] < 0 or cells[height - 1 - dot][2]:
                cells[height - 1 - dot] = (".", number, True)
        if 0 <= now[1] < height:
            cells[height - 1 - now[1]] = (LETTERS[number % len(LETTERS)], number, False)
    return cells
