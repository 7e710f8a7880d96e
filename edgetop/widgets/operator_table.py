"""The rows of the operators' tables: of one run, of several runs side by side, of their types where names differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from edgetop.analysis.operators import Breakdown, OperatorShare, SideBySide
from edgetop.run_figures import RunFigures
from edgetop.units import ABSENT, duration, percent
from edgetop.widgets.bars import bar
from edgetop.widgets.cells import Row, Span, cell_len, fit, fit_right, plain
from edgetop.widgets.figures import BEST
from edgetop.widgets.operator_legend import names_within
from edgetop.widgets.operator_strip import kinds_of, sign
from edgetop.widgets.run_names import run_label, run_name

SORTS = ("time", "order", "name")
SHARE, CUMULATIVE, MEAN, CALLS, START = 8, 9, 9, 7, 10
"""Cells of the columns of numbers."""
COLUMN, WIDE_COLUMN = 11, 20
"""Cells of a run's column side by side, without and with each operator's share."""
GAP = 3
WIDEST_BAR = 60
NARROW, ROOMY = 64, 96
"""Widths below which the type, and the calls and the start, are left out."""


@dataclass(frozen=True)
class Columns:
    """How wide each column of a run's table is; 0 where there is no room for it."""

    name: int
    type: int
    bar: int
    calls: int
    start: int


def columns_of(table: Breakdown, width: int) -> Columns:
    """The columns for a table of ``width`` cells: the name has what it needs where that is left, the bar the rest.

    Calls that are all one are no news: the type has their room.
    """
    calls = CALLS if width >= NARROW and any(row.calls != 1 for row in table.rows) else 0
    kind = min(max(12, width // 5) + CALLS - calls, _longest(row.type for row in table.rows)) if width >= NARROW else 0
    start = START if width >= ROOMY and any(row.start_ns is not None for row in table.rows) else 0
    room = width - kind - calls - start - SHARE - CUMULATIVE - MEAN
    bars = min(max(6, width // 7), 26)
    name = min(max(8, room - bars), _longest(row.name for row in table.rows))
    return Columns(name, kind, min(max(bars, room - name), WIDEST_BAR), calls, start)


def _longest(names: Iterable[str]) -> int:
    """The cells that names need, a gap included."""
    return max((cell_len(plain(name)) for name in names), default=0) + GAP


def table_head(columns: Columns) -> Row:
    """The columns' heads."""
    texts = [fit("operator", columns.name), fit("type", columns.type), fit_right("mean", MEAN)]
    texts += [fit_right("share", SHARE), " " * columns.bar, fit_right("cumul.", CUMULATIVE)]
    texts += [fit_right("calls", columns.calls), fit_right("begins", columns.start)]
    return (("".join(texts), "muted"),)


def table_rows(table: Breakdown, columns: Columns, sort: str, first: int, count: int) -> list[Row]:
    """Rows ``first`` and on of a run's operators, sorted by time, order or name."""
    kinds = kinds_of(table)
    names = names_within(kinds, columns.type - 1)
    longest = max((row.share for row in table.rows), default=0.0) or 1.0
    return [
        _table_row(row, columns, names[row.type], kinds[row.type], row.share / longest)
        for row in _sorted(table.rows, sort)[first : first + count]
    ]


def _sorted(rows: Sequence[OperatorShare], sort: str) -> Sequence[OperatorShare]:
    if sort == "time":
        return rows
    return sorted(rows, key=attrgetter(sort))


def _table_row(row: OperatorShare, columns: Columns, type: str, kind: int, length: float) -> Row:
    _, ink = sign(kind)
    start = "" if row.start_ns is None else duration(row.start_ns)
    return (
        (fit(plain(row.name), columns.name - 1) + " ", ""),
        (fit(type, columns.type - 1) + " " if columns.type else "", ink),
        (fit_right(duration(row.mean_ns), MEAN), "strong"),
        (fit_right(percent(100 * row.share, 1), SHARE), ""),
        (" ", ""),
        *bar(length, columns.bar - 1, ink),
        (fit_right(percent(100 * row.cumulative, 1), CUMULATIVE), "muted"),
        (fit_right(str(row.calls), columns.calls) + fit_right(start, columns.start), "muted"),
    )


def joined_head(runs: Sequence[RunFigures], joined: SideBySide, width: int) -> Row:
    """The names of the runs that stand side by side."""
    name_cells, column = _joined_columns(joined, width)
    spans: list[Span] = [(fit("operator", name_cells), "muted")]
    for place in joined.runs:
        label, ink = run_label(place)
        name = run_name(runs[place])
        name = fit(name, min(len(name), column - len(label) - 3))
        spans += [(fit_right(label, column - len(name) - 2), ink), (f" {name} ", "strong")]
    return tuple(spans)


def joined_rows(
    joined: SideBySide, totals: Sequence[float], width: int, sort: str, first: int, count: int
) -> list[Row]:
    """Rows ``first`` and on of the joined operators; ``totals`` are nanoseconds of all of each run's operators."""
    key = {"order": attrgetter("place"), "name": attrgetter("name")}.get(sort)
    rows = sorted(joined.rows, key=key) if key else joined.rows
    name_cells, column = _joined_columns(joined, width)
    return [
        (
            (fit(plain(row.name), name_cells - 1) + " ", ""),
            *(span for cell in _cells(row.times_ns, totals, column) for span in cell),
        )
        for row in rows[first : first + count]
    ]


def _cells(times_ns: Sequence[float | None], totals: Sequence[float], column: int) -> list[tuple[Span, ...]]:
    told = [ns for ns in times_ns if ns is not None]
    texts = [ABSENT if ns is None else duration(ns) for ns in times_ns]
    best = duration(min(told)) if len(told) > 1 and len({duration(ns) for ns in told}) > 1 else ""
    number = (COLUMN if column == WIDE_COLUMN else column) - 2
    cells: list[tuple[Span, ...]] = []
    for ns, text, total in zip(times_ns, texts, totals):
        is_best = text == best
        share = percent(100 * ns / total, 1) if column == WIDE_COLUMN and ns is not None and total else ""
        cells.append(
            (
                (fit_right(text, number), "good" if is_best else "muted" if ns is None else ""),
                (f" {BEST if is_best else ' '}", "good"),
                (fit_right(share, column - number - 2), "muted"),
            )
        )
    return cells


def _joined_columns(joined: SideBySide, width: int) -> tuple[int, int]:
    """The cells of the operators' names and of each run's column: with shares where there is room for them."""
    runs = len(joined.runs)
    names = max(24, _longest(row.name for row in joined.rows))
    if width >= 24 + runs * WIDE_COLUMN:
        column = WIDE_COLUMN
    else:
        column = max(COLUMN, min(WIDE_COLUMN - 1, (width - names) // max(1, runs)))
    return min(width - runs * column, names), column


def types_rows(tables: Sequence[Breakdown], width: int) -> list[Row]:
    """The types of each run with their shares, a column a run, those that take longest first."""
    column = max(8, width // max(1, len(tables)))
    depth = max((len(table.types) for table in tables), default=0)
    names = [names_within([name for name, _ in table.types], column - 12) for table in tables]
    return [
        tuple(span for table, called in zip(tables, names) for span in _type_cell(table, called, place, column))
        for place in range(depth)
    ]


def _type_cell(table: Breakdown, names: Mapping[str, str], place: int, column: int) -> Sequence[Span]:
    if place >= len(table.types):
        return ((" " * column, ""),)
    name, share = table.types[place]
    return (sign(kinds_of(table)[name]), (fit(f" {percent(100 * share, 1):>7} {names[name]}", column - 2) + " ", ""))
