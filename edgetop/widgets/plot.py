"""A chart's drawing without its widget: axis, page and cells, redrawn only where something is new.

Time fills the page from left to right; a full page moves on by a third of its width at once. So a tick repaints
a cell or two, where a scrolling chart would repaint all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import Optional

from edgetop.clock import SECOND_NS
from edgetop.units import clock_time
from edgetop.widgets.braille import (
    BLANK,
    COLUMNS_A_CELL,
    DOTS_A_CELL,
    LETTERS,
    Cell,
    Dot,
    ascii_column,
    braille_column,
)
from edgetop.widgets.cells import Row, Span, fit, fit_right, spans_of
from edgetop.widgets.history import History, Series
from edgetop.widgets.limits import NOW, marks, sign
from edgetop.widgets.scale import Extent, Scale, next_scale, tick_labels

GUTTER = 8
"""Cells for the labels at the left."""
MARGIN = 2
"""Cells at the right, where a series' letter stands at the height of its newest value."""
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
TIME_LABEL_CELLS = 14
LEAST_PLOT = 3
"""Rows that a line of marks leaves to the plot, time included."""


def page_start(end: int, columns: int) -> int:
    """The first column of the page that shows column ``end`` - 1, of ``columns`` columns, moving on by thirds."""
    step = max(COLUMNS_A_CELL, columns // 3 // COLUMNS_A_CELL * COLUMNS_A_CELL)
    return max(0, -(-(end - columns) // step) * step)


def trace(series: Series, first: int, end: int, dot: Callable[[float], int]) -> list[Dot]:
    """The dots of the columns from ``first`` up to, not with, ``end``; a straight line joins neighbouring points."""
    dots: list[Dot] = [None] * max(0, end - first)
    at = bisect_left(series.places, first)
    before = at - 1
    for now in range(at, len(series.places)):
        place = series.places[now]
        if place >= end:
            break
        least, mean, greatest = series.points[now]
        dots[place - first] = (dot(least), dot(mean), dot(greatest))
        if before >= 0:
            start, level = series.places[before], dot(series.points[before][1])
            slope = (dot(mean) - level) / (place - start)
            for gap in range(max(first, start + 1), place):
                height = round(level + slope * (gap - start))
                dots[gap - first] = (height, height, height)
        before = now
    return dots


class Plot:
    """Several series over time in ``width`` by ``height`` cells, with labels written by ``write(value, digits)``.

    Each has its letter at the right where they are ``lettered``.
    """

    def __init__(self, write: Callable[[float, int], str], *, lettered: bool = True) -> None:
        self._write = write
        self._lettered = lettered
        self.limits = 0
        """All that limited the board in the time that is shown, as bits."""
        self._size = (0, 0)
        self._ascii = False
        self._names: tuple[str, ...] = ()
        self._scale: Optional[Scale] = None
        self._first = 0
        self._end = 0
        self._traces: list[list[Dot]] = []
        self._columns: list[list[Cell]] = []
        self._rows: list[Optional[Row]] = []
        self._labels: dict[int, str] = {}
        self._letters: tuple[tuple[int, int], ...] = ()

    @property
    def _per_cell(self) -> tuple[int, int]:
        return (1, 1) if self._ascii else (COLUMNS_A_CELL, DOTS_A_CELL)

    @property
    def end(self) -> int:
        """The column after the last one that was drawn."""
        return self._end

    def place_at(self, cell: int) -> Optional[int]:
        """The last column of time in a cell, counted from the plot's left edge; None where none was drawn."""
        per_cell = self._per_cell[0]
        first = self._first + cell * per_cell
        return min(first + per_cell, self._end) - 1 if 0 <= cell < len(self._columns) and first < self._end else None

    def draw(
        self, history: History, names: Sequence[str], size: tuple[int, int], ascii: bool, since: Optional[int]
    ) -> list[Row]:
        """All rows of ``size`` (width, height); ``since`` is the first column that is new, None draws all anew."""
        width = size[0] - GUTTER - MARGIN
        if width < 1 or size[1] < 2:
            return [((" " * size[0], ""),)] * size[1]
        per_cell = 1 if ascii else COLUMNS_A_CELL
        first = page_start(history.end, width * per_cell)
        marked = self._marks(history, first)
        below = [_mark_row(marked, per_cell)] if marked and size[1] > LEAST_PLOT else []
        size = (size[0], size[1] - len(below))
        height = size[1] - 1
        if (size, ascii, tuple(names)) != (self._size, self._ascii, self._names):
            self._size, self._ascii, self._names, since = size, ascii, tuple(names), None
        scale = self._fitted(history, first)
        if (first, scale) != (self._first, self._scale):
            self._first, self._scale, since = first, scale, None
        start = self._retrace(history, None if since is None else min(since, self._end))
        self._end = history.end
        self._repaint(width, height, start)
        if self._lettered:
            self._place_letters(height)
        rows = [self._row(y) for y in range(height)]
        return [*rows, *below, self._time_axis(history, width)]

    def _marks(self, history: History, first: int) -> list[int]:
        series = history.series.get(NOW)
        found = [] if series is None else marks(series, first, history.end)
        self.limits = _union(found)
        return found

    def _fitted(self, history: History, first: int) -> Optional[Scale]:
        found = [history.series[name].between(first, history.end) for name in self._names if name in history.series]
        points = [point for series in found for point in series if point[1] > 0]
        if not points:
            return self._scale
        means = [point[1] for point in points]
        return next_scale(self._scale, Extent(min(means), max(means), max(point[2] for point in points)))

    def _dot(self, value: float) -> int:
        dots = (self._size[1] - 1) * self._per_cell[1]
        return round(self._scale.position(value) * (dots - 1)) if self._scale else 0

    def _retrace(self, history: History, since: Optional[int]) -> int:
        """Bring the traces up to date; returns the first column of the page that may look different."""
        if since is None or len(self._traces) != len(self._names):
            self._traces = [[] for _ in self._names]
            since = self._first
        page_end = history.end - self._first
        changed = page_end
        for name, dots in zip(self._names, self._traces):
            series = history.series.get(name)
            start = len(dots) + self._first
            if series is not None and series.places and series.places[-1] >= since:
                before = series.place_before(since)
                start = max(self._first, min(start, since if before is None else before))
            if series is not None and start < history.end:
                dots[start - self._first :] = trace(series, start, history.end, self._dot)
                changed = min(changed, start - self._first)
            dots.extend([None] * (page_end - len(dots)))
        return 0 if since == self._first else changed

    def _repaint(self, width: int, height: int, start: int) -> None:
        draw = ascii_column if self._ascii else braille_column
        per_cell = self._per_cell[0]
        if start <= 0 or len(self._columns) != width or len(self._rows) != height:
            self._columns = [[BLANK] * height for _ in range(width)]
            self._rows = [None] * height
            self._labels = self._label_rows(height)
            start = 0
        end = -(-(self._end - self._first) // per_cell)
        for x in range(max(0, start // per_cell), min(width, end)):
            column = draw(self._traces, x, height)
            for y, (was, now) in enumerate(zip(self._columns[x], column)):
                if was != now:
                    self._rows[y] = None
            self._columns[x] = column

    def _label_rows(self, height: int) -> dict[int, str]:
        if self._scale is None:
            return {}
        ticks = self._scale.ticks(max(1, min(5, (height - 1) // 2)))
        levels = [height - 1 - self._dot(tick) // self._per_cell[1] for tick in ticks]
        return dict(zip(levels, tick_labels(ticks, self._write)))

    def _place_letters(self, height: int) -> None:
        """A letter of each series at the height of its newest value; the next free row where two meet."""
        taken: dict[int, int] = {}
        for number, dots in enumerate(self._traces):
            newest = next((dot for dot in reversed(dots) if dot is not None), None)
            if newest is None:
                continue
            wished = height - 1 - newest[1] // self._per_cell[1]
            free = sorted((y for y in range(height) if y not in taken), key=lambda y: (abs(y - wished), y))
            if free:
                taken[free[0]] = number
        letters = tuple(sorted(taken.items()))
        for y, _ in set(letters) ^ set(self._letters):
            if y < height:
                self._rows[y] = None
        self._letters = letters

    def _row(self, y: int) -> Row:
        row = self._rows[y]
        if row is None:
            label = self._labels.get(y)
            blank: Span = (" ", "") if label is None else ("┈", "grid")
            cells: list[Span] = [(fit_right(label or "", GUTTER - 1) + " ", "muted")]
            cells += [_span(column[y], blank) for column in self._columns]
            number = dict(self._letters).get(y)
            cells.append((" ", ""))
            cells.append((" ", "") if number is None else (LETTERS[number].upper(), f"series-{number + 1}"))
            row = self._rows[y] = spans_of(cells)
        return row

    def _time_axis(self, history: History, width: int) -> Row:
        column_s = history.width_ns / SECOND_NS
        cell_s = column_s * self._per_cell[0]
        step_s = next((s for s in TIME_STEPS_S if s / cell_s >= TIME_LABEL_CELLS), TIME_STEPS_S[-1])
        text = ""
        first_s = self._first * column_s
        second = -(-first_s // step_s) * step_s
        while (x := round((second - first_s) / cell_s)) < width:
            label = clock_time(round(second) * SECOND_NS).rsplit(".", 1)[0]
            if x >= len(text) and x + len(label) <= width:
                text = text.ljust(x) + label
            second += step_s
        return ((" " * GUTTER, ""), (fit(text, width + MARGIN), "muted"))


def _mark_row(marked: Sequence[int], per_cell: int) -> Row:
    bits = [_union(marked[at : at + per_cell]) for at in range(0, len(marked), per_cell)]
    title = fit_right("limits", GUTTER - 1) + " "
    return spans_of([(title, "muted"), *(sign(each, x) for x, each in enumerate(bits))])


def _union(bits: Sequence[int]) -> int:
    return reduce(or_, bits, 0)


def _span(cell: Cell, blank: Span) -> Span:
    char, number, faint = cell
    if number < 0:
        return blank
    return (char, f"faint-{number + 1}" if faint else f"series-{number + 1}")
