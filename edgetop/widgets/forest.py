"""A line for each pair of runs: their letters, the ratio, its 95 % interval, and the same as a bar on a common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgetop.units import ratio, significant
from edgetop.widgets.axis import cell, fitted, labelled, ticks
from edgetop.widgets.cells import Row, Span, fit, fit_right, plain, wrap
from edgetop.widgets.figure_lines import PROVISIONAL
from edgetop.widgets.pairs import APART, KINDS, Pair
from edgetop.widgets.run_names import run_label
from edgetop.widgets.scale import Scale

LETTERS, VALUE, INTERVAL, WAITING, OUTPUTS = 9, 8, 18, 11, 9
"""Cells of the columns; the last two only where there is something to say."""
INDENT = LETTERS + 2
NARROWEST, WIDEST = 12, 60
"""Cells of the bars."""
TICK_CELLS = 8
TITLES = {"latency": "Latency", "energy": "Energy", "memory": "Memory", "accuracy": "Accuracy"}


@dataclass(frozen=True)
class Columns:
    """How wide each column is; 0 where there is no room for it, or nothing to say."""

    waiting: int
    outputs: int
    bars: int


def columns_of(pairs: Sequence[Pair], width: int) -> Columns:
    """The columns for lines of ``width`` cells; outputs that differ are never left out."""
    room = width - LETTERS - VALUE - INTERVAL
    waiting = WAITING if any(pair.corrected is not None for pair in pairs) else 0
    differ = any(pair.outputs == APART for pair in pairs)
    outputs = OUTPUTS if any(pair.outputs for pair in pairs) else 0
    if not differ and room - waiting - outputs < NARROWEST:
        outputs = 0
    bars = min(WIDEST, room - waiting - outputs)
    return Columns(waiting, outputs, bars if bars >= NARROWEST else 0)


def forest(pairs: Sequence[Pair], width: int, reasons: Mapping[str, str], *, worded: bool) -> list[Row]:
    """All lines: a section a kind with its head; ``reasons`` tell why a kind has none, the whole verdict follows its
    line where they are ``worded``."""
    columns = columns_of(pairs, width)
    ratios = _scale([pair for pair in pairs if pair.kind != "accuracy"], 1.0)
    rows: list[Row] = []
    for kind in KINDS:
        members = [pair for pair in pairs if pair.kind == kind]
        points = kind == "accuracy"
        scale = _scale(members, 0.0) if points else ratios
        if members:
            rows.append(_head(kind, columns, scale, 0.0 if points else 1.0))
        elif kind in reasons:
            rows += _reason(kind, reasons[kind], width)
        for pair in members:
            rows.append(_line(pair, columns, scale, width))
            if worded and pair.text:
                rows += [((" " * INDENT, ""), (line, "muted")) for line in wrap(plain(pair.text), width - INDENT)]
    return rows


def _scale(pairs: Sequence[Pair], equal: float) -> Scale:
    told = [pair for pair in pairs if not pair.missing]
    low = min([equal, *(pair.low for pair in told)])
    high = max([equal, *(pair.high for pair in told)])
    return fitted(low, high, log=equal > 0)


def _reason(kind: str, why: str, width: int) -> list[Row]:
    first, *rest = wrap(why, width - INDENT) or [""]
    return [((fit(TITLES[kind], INDENT), "strong"), (first, "muted")), *(((" " * INDENT + r, "muted"),) for r in rest)]


def _head(kind: str, columns: Columns, scale: Scale, equal: float) -> Row:
    what = "points" if kind == "accuracy" else "times"
    latency = kind == "latency"
    factor = 100 if kind == "accuracy" else 1
    values = ticks(scale, max(3, columns.bars // TICK_CELLS))
    axis = labelled(scale, columns.bars, [*values, equal], lambda v: _tick(v * factor), equal) if columns.bars else ""
    return (
        (fit(TITLES[kind], LETTERS), "strong"),
        (fit_right(what, VALUE) + fit_right("95 %", INTERVAL - 2) + "  ", "muted"),
        (fit("less wait" if latency else "", columns.waiting), "muted"),
        (fit("outputs" if latency else "", columns.outputs), "muted"),
        (axis, "muted"),
    )


def _tick(value: float) -> str:
    return significant(value).rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _line(pair: Pair, columns: Columns, scale: Scale, width: int) -> Row:
    (one, one_ink), (other, other_ink) = run_label(pair.first), run_label(pair.second)
    letters: Row = ((one, one_ink), (" ", ""), (other, other_ink), ("  ", ""))
    if pair.missing:
        return (*letters, (plain(pair.missing), "muted"))
    ink = "strong" if pair.tells else "muted"
    value, interval = _texts(pair)
    less = "" if pair.corrected is None else ratio(pair.corrected, pair.low, pair.high)[0]
    figures = fit_right(value, VALUE), fit_right(interval, INTERVAL - 2) + "  "
    outputs = "bad" if pair.outputs == APART else "muted"
    return (
        *letters,
        (figures[0], ink),
        (figures[1], "" if pair.tells else "muted"),
        (fit(less, columns.waiting), "warn"),
        (fit(pair.outputs.removeprefix("agree ").removeprefix("to "), columns.outputs), outputs),
        *(_bar(pair, scale, columns.bars) if columns.bars else ()),
    )


def _texts(pair: Pair) -> tuple[str, str]:
    """The value and its interval; a point has none, and what is not told apart is about equal."""
    about = (PROVISIONAL if pair.provisional else "") + ("" if pair.tells else "≈ ")
    if pair.kind == "accuracy":
        low, high = 100 * pair.low, 100 * pair.high
        return f"{about}{100 * pair.value:.2f}", f"{low:+.2f} to {high:+.2f}"
    value, interval = ratio(pair.value, pair.low, pair.high)
    return about + value, "" if pair.kind == "memory" else interval


def _bar(pair: Pair, scale: Scale, width: int) -> list[Span]:
    """The interval as a line with a dot at its value, and a mark at what would be equal, which it crosses where the two
    are not told apart; where they are, it keeps clear of the mark however near it is."""
    mark = cell(scale, width, 0.0 if pair.kind == "accuracy" else 1.0)
    clear = mark + pair.tells
    low, middle, high = (
        max(clear if pair.tells else 0, cell(scale, width, v)) for v in (pair.low, pair.value, pair.high)
    )
    ink = "good" if pair.tells else "muted"
    cells: list[Span] = [(" ", "")] * width
    for place in range(low, min(high + 1, width)):
        cells[place] = ("━", ink)
    cells[mark] = ("│" if pair.tells else "┿", "muted")
    cells[min(middle, width - 1)] = ("●", ink)
    return cells
