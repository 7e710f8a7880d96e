"""How often each latency came: bars of a run over an axis of its own, its percentiles below them."""

from __future__ import annotations

import math
from typing import Optional

from edgetop.protocol import Distribution
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.units import duration, share
from edgetop.widgets.axis import cell, labelled, ticks
from edgetop.widgets.bars import BLOCKS
from edgetop.widgets.cells import Row, Span, fit, fit_right, row_width, spans_of
from edgetop.widgets.run_names import run_label, run_name, run_variant
from edgetop.widgets.scale import Scale, tick_labels

GUTTER = 7
"""Cells at the left, for the share of the highest bar."""
TICK_CELLS = 13
MARKS_FROM, AXIS_FROM = 5, 3
"""Rows of a run from which on its percentiles, and its axis, are told."""


def histogram(place: int, run: RunFigures, told: Distribution, size: tuple[int, int], at: Optional[int]) -> list[Row]:
    """The rows of one run in ``size`` (width, height); ``at`` is the cell of the cursor."""
    width, height = size[0] - GUTTER, size[1]
    head = _head(place, run, told, size[0], at)
    if not told.count or height < 2:
        return [head][:height]
    below = [_marks(run, told, width, at)] if height >= MARKS_FROM else []
    below += [_axis(told, width)] if height >= AXIS_FROM else []
    return [head, *_bars(place, told, width, height - 1 - len(below), at), *below]


def bin_texts(told: Distribution, at: int) -> list[str]:
    """What the bin under the cursor holds, ever shorter: ``4.98 ms to 5.00 ms: 43, 1.2 %; up to there 31.0 %``."""
    step = (told.high_ns - told.low_ns) / len(told.counts)
    digits = max(3, math.ceil(math.log10(told.high_ns / step)) + 1)
    start, end = (duration(told.low_ns + place * step, digits) for place in (at, at + 1))
    here, below = (share(count / told.count, 1) for count in (told.counts[at], sum(told.counts[: at + 1])))
    texts = [f"{start} to {end}: {told.counts[at]}, {here}; up to there {below}"]
    return [*texts, f"{start} to {end}: {here}; so far {below}", f"to {end}: {here}", here]


def _head(place: int, run: RunFigures, told: Distribution, width: int, at: Optional[int]) -> Row:
    """Whose it is, and what is under the cursor, or the figures that the bars do not show."""
    label, ink = run_label(place)
    name = f" {run_name(run)}"
    row: Row = ((label, ink), (name, "strong"), (f"  {run_variant(run)}", "muted"))
    if not told.count:
        return (*row, ("  no samples in the statistics yet", "muted"))
    if at is not None and at < len(told.counts):
        texts = bin_texts(told, at)
    else:
        above = f", {told.above} beyond the axis" if told.above else ""
        least, greatest = duration(told.within_ns[0]), duration(told.max_ns)
        texts = [f"{told.of} inferences, {least} to {greatest}{above}", f"{least} to {greatest}{above}", above[2:]]
    room = width - row_width(row) - 2
    text = next((text for text in texts if len(text) <= room), "")
    return (*row, ("  ", ""), (text, "" if at is not None else "muted"))


def _bars(place: int, told: Distribution, width: int, rows: int, at: Optional[int]) -> list[Row]:
    top, step = max(told.counts, default=0) or 1, len(BLOCKS)
    counts = told.counts[:width]
    heights = [max(bool(count), round(count / top * rows * step)) for count in counts]
    drawn: list[Row] = []
    for row in range(rows):
        floor = (rows - 1 - row) * step
        cells = [
            _cell(height - floor, f"series-{place + 1}", cursor=column == at) for column, height in enumerate(heights)
        ]
        label = share(top / told.count, 1 if top < 0.1 * told.count else 0) if row == 0 else ""
        drawn.append(((fit_right(label, GUTTER - 1) + " ", "muted"), *spans_of(cells)))
    return drawn


def _cell(eighths: int, ink: str, *, cursor: bool) -> Span:
    if eighths > 0:
        return BLOCKS[min(eighths, len(BLOCKS)) - 1], "strong" if cursor else ink
    return ("│", "muted") if cursor else (" ", "")


def _marks(run: RunFigures, told: Distribution, width: int, at: Optional[int]) -> Row:
    """A floor for the bars, with the percentiles where they lie."""
    scale = Scale(told.low_ns, told.high_ns)
    line: list[Span] = [("│", "muted") if column == at else ("─", "grid") for column in range(width)]
    for name, value in (("p50", run.p50_ns), ("p90", run.p90_ns), ("p99", run.p99_ns)):
        if isinstance(value, Missing) or not told.low_ns <= value <= told.high_ns:
            continue
        first = max(0, min(cell(scale, width, value) - 1, width - len(name)))
        if all(ink != "strong" for _, ink in line[max(0, first - 1) : first + len(name) + 1]):
            line[first : first + len(name)] = [(char, "strong") for char in name]
    return ((" " * GUTTER, ""), *spans_of(line))


def _axis(told: Distribution, width: int) -> Row:
    scale = Scale(told.low_ns, told.high_ns)
    values = ticks(scale, max(2, width // TICK_CELLS))
    texts = dict(zip(values, tick_labels(values, duration)))
    return ((" " * GUTTER, ""), (fit(labelled(scale, width, values, texts.__getitem__), width), "muted"))
