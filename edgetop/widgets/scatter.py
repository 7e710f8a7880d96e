"""The plot of runs by speed and another quality: a letter each, crosses of their intervals, a dotted frontier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.units import duration
from edgetop.widgets.axis import cell, kept, labelled, ticks
from edgetop.widgets.braille import COLUMNS_A_CELL, DOTS_A_CELL, Dot, ascii_column, braille_column
from edgetop.widgets.cells import Row, Span, fit, fit_right, spans_of
from edgetop.widgets.pairs import letter
from edgetop.widgets.pareto import Point, Quality
from edgetop.widgets.scale import LOG_FROM, Scale, tick_labels

GUTTER = 9
"""Cells of the labels at the left."""
LEAST = (12, 4)
"""The smallest plot, in cells."""
TICK_ROWS, TICK_CELLS = 4, 11
DOT_STEP = 3
"""Columns of dots from one dot of the frontier to the next."""
NEAR = sorted(
    ((dx, dy) for dx in range(-3, 4) for dy in range(-1, 2)), key=lambda d: (abs(d[0]) + 2 * abs(d[1]), -d[0])
)
"""Steps to the cells around a place, the nearest first."""

Cells = dict[tuple[int, int], Span]
"""What is drawn, by column and by row from the top."""


def free_place(at: tuple[int, int], taken: set[tuple[int, int]], size: tuple[int, int]) -> tuple[int, int]:
    """The place, or the nearest one within ``size`` (width, height) that is not taken; it is taken then."""
    near = ((at[0] + dx, at[1] + dy) for dx, dy in NEAR)
    inside = ((x, y) for x, y in near if 0 <= x < size[0] and 0 <= y < size[1])
    place = next((place for place in inside if place not in taken), at)
    taken.add(place)
    return place


class Scatter:
    """Remembers its axes, so that they do not jump."""

    def __init__(self) -> None:
        self._quality: Optional[Quality] = None
        self._x: Optional[Scale] = None
        self._y: Optional[Scale] = None
        self._width, self._height = 0, 0

    def draw(
        self, points: Sequence[Point], best: Sequence[Point], quality: Quality, size: tuple[int, int], *, ascii: bool
    ) -> list[Row]:
        """All rows of ``size`` (width, height), with the labels of both axes; none where there is no room."""
        self._width, self._height = width, height = size[0] - GUTTER, size[1] - 1
        if not points or width < LEAST[0] or height < LEAST[1]:
            return []
        x, y = self._axes(points, quality)
        levels = ticks(y, max(2, height // TICK_ROWS))
        labels = {self._row(level): text for level, text in zip(levels, tick_labels(levels, quality.write))}
        cells: Cells = {(column, row): ("┈", "grid") for row in labels for column in range(width)}
        self._draw_frontier(cells, best, ascii)
        for point in points:
            self._draw_cross(cells, point)
        self._draw_letters(cells, points, {point.place for point in best})
        rows: list[Row] = [
            (
                (fit_right(labels.get(row, ""), GUTTER - 1) + " ", "muted"),
                *spans_of([cells.get((column, row), (" ", "")) for column in range(width)]),
            )
            for row in range(height)
        ]
        across = ticks(x, max(2, width // TICK_CELLS))
        texts = dict(zip(across, tick_labels(across, duration)))
        return [*rows, ((" " * GUTTER, ""), (fit(labelled(x, width, across, texts.__getitem__), width), "muted"))]

    def _axes(self, points: Sequence[Point], quality: Quality) -> tuple[Scale, Scale]:
        if quality is not self._quality:
            self._quality, self._y = quality, None
        left, right = min(point.across[0] for point in points), max(point.across[1] for point in points)
        low, high = min(point.up[0] for point in points), max(point.up[1] for point in points)
        self._x = kept(self._x, left, right, log=True)
        self._y = kept(self._y, low, high, log=low > 0 and high / low > LOG_FROM)
        return self._x, self._y

    def _column(self, value: float) -> int:
        return cell(self._x, self._width, value) if self._x else 0

    def _row(self, value: float) -> int:
        return self._height - 1 - cell(self._y, self._height, value) if self._y else 0

    def _draw_frontier(self, cells: Cells, best: Sequence[Point], ascii: bool) -> None:
        if self._x is None or self._y is None:
            return
        columns = self._width * (1 if ascii else COLUMNS_A_CELL)
        dots = self._height * (1 if ascii else DOTS_A_CELL)
        trace: list[Dot] = [None] * columns
        for one, other in zip(best, best[1:]):
            start, end = (cell(self._x, columns, point.x) for point in (one, other))
            below, above = (self._y.position(point.y) * (dots - 1) for point in (one, other))
            for at in range(start, end, DOT_STEP):
                height = round(below + (above - below) * (at - start) / (end - start))
                trace[at] = (height, height, height)
        for column in range(self._width):
            drawn = (ascii_column if ascii else braille_column)([trace], column, self._height)
            for row, (char, number, _) in enumerate(drawn):
                if number >= 0:
                    cells[column, row] = ("." if ascii else char, "good")

    def _draw_cross(self, cells: Cells, point: Point) -> None:
        column, row, ink = self._column(point.x), self._row(point.y), f"series-{point.place + 1}"
        for at in range(self._column(point.across[0]), self._column(point.across[1]) + 1):
            cells[at, row] = ("─", ink)
        for at in range(self._row(point.up[1]), self._row(point.up[0]) + 1):
            cells[column, at] = ("│", ink)

    def _draw_letters(self, cells: Cells, points: Sequence[Point], best: set[int]) -> None:
        """Each at its place, or at the nearest one that is free where several meet."""
        taken: set[tuple[int, int]] = set()
        for point in points:
            at = (self._column(point.x), self._row(point.y))
            place = free_place(at, taken, (self._width, self._height))
            kind = "tag" if point.place in best else "series"
            cells[place] = (letter(point.place), f"{kind}-{point.place + 1}")
