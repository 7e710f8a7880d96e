"""Which latency each share of the inferences stays within: a line a run, the slowest few given as much room as all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Optional

from edgetop.protocol import SHARES_A_DECADE, Distribution
from edgetop.run_figures import RunFigures
from edgetop.units import ABSENT, duration, percent
from edgetop.widgets.axis import cell, kept, labelled, ticks
from edgetop.widgets.braille import COLUMNS_A_CELL, DOTS_A_CELL, Cell, Dot, ascii_column, braille_column
from edgetop.widgets.cells import Row, Span, fit, fit_right, row_width, spans_of
from edgetop.widgets.pairs import letter
from edgetop.widgets.run_names import run_label, run_name
from edgetop.widgets.scale import LOG_FROM, Scale, tick_labels
from edgetop.widgets.scatter import GUTTER, LEAST, TICK_ROWS

LEAST_DECADES = 2.0
"""The axis always reaches to 99 %."""
SHARES = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
MARGIN = 2
"""Cells at the right, for the letter of a line that reaches the end."""
USUAL = 2.0
"""Where the cursor stands before it was moved: 99 %."""

Columns = Sequence[Sequence[Cell]]
Told = Sequence[tuple[int, RunFigures, Distribution]]
"""Place, run and distribution of each that has samples."""


def decades_of(told: Told) -> float:
    """How far the axis goes: to the share above which a single inference of the longest run lies."""
    return max([LEAST_DECADES, *(math.log10(each.count) for _, _, each in told)])


def within(told: Distribution, decades: float) -> Optional[float]:
    """The latency that a share of 1 - 10 ** -decades stays within; None where there are too few samples for that."""
    at = decades * SHARES_A_DECADE
    below = int(at)
    if not told.within_ns or at > len(told.within_ns):
        return None
    start = told.within_ns[min(below, len(told.within_ns) - 1)]
    end = told.within_ns[below + 1] if below + 1 < len(told.within_ns) else told.max_ns
    return start + (end - start) * (at - below)


class Cumulative:
    """Remembers its axis, so that it does not jump."""

    def __init__(self) -> None:
        self._scale: Optional[Scale] = None

    def draw(self, told: Told, size: tuple[int, int], at: Optional[int], *, ascii: bool) -> list[Row]:
        """All rows of ``size`` (width, height): what the cursor at cell ``at`` reads, the plot, the shares."""
        width, height = size[0] - GUTTER - MARGIN, size[1] - 2
        if not told or width < LEAST[0] or height < LEAST[1]:
            return []
        decades = decades_of(told)
        across = Scale(0.0, decades)
        at = cell(across, width, USUAL) if at is None else min(at, width - 1)
        least, most = min(each.within_ns[0] for _, _, each in told), max(each.max_ns for _, _, each in told)
        self._scale = scale = kept(self._scale, least, most, log=least > 0 and most / least > LOG_FROM)
        levels = ticks(scale, max(2, height // TICK_ROWS))
        labels = {
            height - 1 - cell(scale, height, level): text for level, text in zip(levels, tick_labels(levels, duration))
        }
        columns = self._columns(told, decades, (width, height), ascii=ascii)
        ends = {end: place for place, _, _ in told if (end := _end(columns, place)) is not None}
        rows: list[Row] = []
        for y in range(height):
            blank: Span = ("┈", "grid") if y in labels else (" ", "")
            cells = [_drawn(columns[x][y], ("│", "muted") if x == at else blank) for x in range(width)]
            cells += [(" ", "")] * MARGIN
            for (x, row), place in ends.items():
                if row == y:
                    cells[x + 1] = (letter(place), f"series-{place + 1}")
            rows.append(((fit_right(labels.get(y, ""), GUTTER - 1) + " ", "muted"), *spans_of(cells)))
        return [_legend(told, share_at(at, across, width), size[0]), *rows, _axis(across, width)]

    def _columns(self, told: Told, decades: float, size: tuple[int, int], *, ascii: bool) -> Columns:
        width, height = size
        fine = width * (1 if ascii else COLUMNS_A_CELL)
        dots = height * (1 if ascii else DOTS_A_CELL)
        traces: list[list[Dot]] = [[] for _ in range(max(place for place, _, _ in told) + 1)]
        for place, _, each in told:
            values = [within(each, decades * column / (fine - 1)) for column in range(fine)]
            traces[place] = [self._dot(value, dots) for value in values]
        draw = ascii_column if ascii else braille_column
        return [draw(traces, x, height) for x in range(width)]

    def _dot(self, value: Optional[float], dots: int) -> Dot:
        if value is None or self._scale is None:
            return None
        dot = round(self._scale.position(value) * (dots - 1))
        return dot, dot, dot


def _end(columns: Columns, place: int) -> Optional[tuple[int, int]]:
    """The cell, by column and row, where a run's line ends."""
    found = ((x, y) for x in reversed(range(len(columns))) for y, cell in enumerate(columns[x]) if cell[1] == place)
    return next(found, None)


def _drawn(drawn: Cell, blank: Span) -> Span:
    char, number, _ = drawn
    return (char, f"series-{number + 1}") if number >= 0 else blank


def share_at(at: int, across: Scale, width: int) -> float:
    """The share at a cell, in decades: the usual one exactly where one lies in it."""
    usual = next((place for place in usual_places(across) if cell(across, width, place) == at), None)
    return across.high * at / (width - 1) if usual is None else usual


def usual_places(across: Scale) -> list[float]:
    """50 %, 90 %, 99 % and so on, as far as the axis goes, in decades."""
    places = (-math.log10(1 - share) for share in SHARES)
    return [place for place in places if place <= across.high + 1e-9]


def share_text(decades: float) -> str:
    """A share with the nines that tell it: ``50 %``, ``99 %``, ``99.97 %``."""
    return percent(100 * (1 - 10.0**-decades), max(0, math.ceil(decades - 1e-6) - 2))


def _legend(told: Told, decades: float, width: int) -> Row:
    """What each run stays within at the cursor; letters alone where names do not fit."""
    for names in (True, False):
        row: Row = ((f"{share_text(decades)} within", "strong"),)
        for place, run, each in told:
            label, ink = run_label(place)
            value = within(each, decades)
            name = f" {run_name(run)}" if names else ""
            row = (
                *row,
                ("   ", ""),
                (label, ink),
                (name, "muted"),
                (f" {ABSENT if value is None else duration(value)}", ""),
            )
        if row_width(row) <= width:
            return row
    return row


def _axis(across: Scale, width: int) -> Row:
    places = usual_places(across)
    texts: Mapping[float, str] = {place: "least" if place == 0 else share_text(place) for place in places}
    line = labelled(across, width, places, texts.__getitem__)
    return ((" " * GUTTER, ""), (fit(line, width), "muted"))
