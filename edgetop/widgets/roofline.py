"""The roofline as a plot: what a board reaches at best by operations per byte, and a letter for each run below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures
from edgetop.units import ABSENT, share, significant
from edgetop.widgets.axis import cell, fitted, labelled, ticks
from edgetop.widgets.braille import COLUMNS_A_CELL, DOTS_A_CELL, Dot, Trace, ascii_column, braille_column
from edgetop.widgets.cells import Row, Span, fit, fit_right, plain, spans_of, wrap
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.pairs import letter
from edgetop.widgets.run_names import run_label, run_name, run_variant
from edgetop.widgets.scale import Scale
from edgetop.widgets.scatter import GUTTER, LEAST, TICK_CELLS, TICK_ROWS, Cells, free_place

BELOW, LABEL, VARIANT, FIGURE, SHARE = 0.4, 5, 10, 14, 11
"""A roof's ridge is shown from so much below it on; cells of the columns below the plot."""
LONGEST_NAME = 30
LEAST_PLOT = LEAST[1] + 1
UNITS = "GFLOP/s against FLOP/byte"


@dataclass(frozen=True)
class Point:
    """A run by its place in the snapshot."""

    place: int
    x: float
    y: float


@dataclass(frozen=True)
class Roof:
    """Billions of operations a second at best, and of bytes; 0 where a copy in memory was not measured."""

    gflops: float
    gbps: float
    of: str

    def at(self, intensity: float) -> float:
        """The roof at so many operations per byte."""
        return min(self.gflops, self.gbps * intensity) if self.gbps else self.gflops


def points_of(runs: Sequence[RunFigures]) -> list[Point]:
    """The runs whose operations are counted and that have a median."""
    return [
        Point(place, run.intensity, run.gflops)
        for place, run in enumerate(runs)
        if not isinstance(run.intensity, Missing) and not isinstance(run.gflops, Missing)
    ]


def roofs_of(runs: Sequence[RunFigures]) -> list[Roof]:
    """The roofs above the runs: one for each precision and number of threads that has one."""
    found = {
        Roof(run.roof_gflops, 0.0 if isinstance(run.roof_gbps, Missing) else run.roof_gbps, run.roof_of): None
        for run in runs
        if not isinstance(run.roof_gflops, Missing)
    }
    return list(found)


def roofline_page(runs: Sequence[RunFigures], width: int, height: int, *, ascii: bool) -> list[Row]:
    """The plot, a line a run below it, and whose the roofs are or why there is none."""
    points = points_of(runs)
    below = [*legend(runs, width), *_about(runs, width)]
    below = below[: max(0, height - LEAST_PLOT)]
    return [*draw(points, roofs_of(runs), (width, height - len(below)), ascii=ascii), *below]


def draw(points: Sequence[Point], roofs: Sequence[Roof], size: tuple[int, int], *, ascii: bool) -> list[Row]:
    """All rows of ``size`` (width, height), both axes logarithmic; none where there is no room, or no point."""
    width, height = size[0] - GUTTER, size[1] - 1
    if not points or width < LEAST[0] or height < LEAST[1]:
        return []
    x, y = _axes(points, roofs)
    labels = {height - 1 - cell(y, height, tick): _number(tick) for tick in ticks(y, max(2, height // TICK_ROWS))}
    cells: Cells = {(column, row): ("┈", "grid") for row in labels for column in range(width)}
    _draw_roofs(cells, roofs, x, y, (width, height), ascii)
    taken: set[tuple[int, int]] = set()
    for point in points:
        at = (cell(x, width, point.x), height - 1 - cell(y, height, point.y))
        cells[free_place(at, taken, (width, height))] = (letter(point.place), f"tag-{point.place + 1}")
    rows: list[Row] = [
        (
            (fit_right(labels.get(row, ""), GUTTER - 1) + " ", "muted"),
            *spans_of([cells.get((column, row), (" ", "")) for column in range(width)]),
        )
        for row in range(height)
    ]
    across = ticks(x, max(2, width // TICK_CELLS))
    return [*rows, ((" " * GUTTER, ""), (fit(labelled(x, width, across, _number), width), "muted"))]


def _number(value: float) -> str:
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _axes(points: Sequence[Point], roofs: Sequence[Roof]) -> tuple[Scale, Scale]:
    """From below the points and the ridges to above the roofs."""
    across = [point.x for point in points] + [roof.gflops / roof.gbps * BELOW for roof in roofs if roof.gbps]
    x = fitted(min(across), max(across), log=True)
    up = [point.y for point in points] + [roof.at(x.low) for roof in roofs] + [roof.gflops for roof in roofs]
    return x, fitted(min(up), max(up), log=True)


def _draw_roofs(cells: Cells, roofs: Sequence[Roof], x: Scale, y: Scale, size: tuple[int, int], ascii: bool) -> None:
    width, height = size
    columns = width * (1 if ascii else COLUMNS_A_CELL)
    dots = height * (1 if ascii else DOTS_A_CELL)
    traces: list[Trace] = []
    for roof in roofs:
        trace: list[Dot] = []
        for column in range(columns):
            intensity = x.low * (x.high / x.low) ** (column / (columns - 1))
            dot = cell(y, dots, roof.at(intensity))
            trace.append((dot, dot, dot))
        traces.append(trace)
    for column in range(width):
        drawn = (ascii_column if ascii else braille_column)(traces, column, height)
        for row, (char, number, _) in enumerate(drawn):
            if number >= 0:
                cells[column, row] = ("-" if ascii else char, "strong")


def legend(runs: Sequence[RunFigures], width: int) -> list[Row]:
    """A line a run: its operations per byte and a second, and its share of the roof, or why it is no point."""
    name = min(LONGEST_NAME, width - LABEL - VARIANT - 2 * FIGURE - SHARE)
    rows: list[Row] = []
    for place, run in enumerate(runs):
        label, ink = run_label(place)
        called = f"{run_name(run)} {plain(run.model.rpartition('/')[2])}"
        start: tuple[Span, ...] = (
            (fit(label, LABEL), ink),
            (fit(fit(called, name - 1), name), "strong"),
            (fit(run_variant(run), VARIANT), "muted"),
        )
        if isinstance(run.gflops, Missing):
            rows.append((*start, (plain(run.gflops.reason), "muted")))
            continue
        rows.append(
            (
                *start,
                (fit_right(_with_unit(run.intensity, "FLOP/B"), FIGURE), "muted"),
                (fit_right(_with_unit(run.gflops, "GFLOP/s"), FIGURE), ""),
                (fit_right(_of_roof(run.share_of_roof), SHARE), "strong"),
            )
        )
    return rows


def _with_unit(value: Figure, unit: str) -> str:
    return ABSENT if isinstance(value, Missing) else f"{significant(value)} {unit}"


def _of_roof(value: Figure) -> str:
    return ABSENT if isinstance(value, Missing) else f"{share(value)} of it"


def _about(runs: Sequence[RunFigures], width: int) -> list[Row]:
    """Whose the roofs are and to what they were lifted, or why there is none."""
    texts: dict[str, None] = {}
    for run in runs:
        if isinstance(run.gflops, Missing):
            continue
        if isinstance(run.roof_gflops, Missing):
            texts[f"no roof – {missing_text(run.roof_gflops)}"] = None
            continue
        slope = run.roof_gbps
        moved = missing_text(slope) if isinstance(slope, Missing) else f"{significant(slope)} GB/s in memory"
        texts[f"roof {run_variant(run)}: {significant(run.roof_gflops)} GFLOP/s by {plain(run.roof_of)}, {moved}"] = (
            None
        )
        texts |= dict.fromkeys(map(plain, run.roof_notes))
    return [((line, "muted"),) for text in texts for line in wrap(text, width)]
