"""What is on the screen as Markdown, to be put into an issue, a paper's draft or a chat."""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.analysis.operators import Breakdown
from edgetop.run_figures import RunFigures, Verdict
from edgetop.units import duration, share
from edgetop.widgets.cells import plain
from edgetop.widgets.figure_lines import lines_of, texts_of
from edgetop.widgets.pairs import letter
from edgetop.widgets.run_names import run_name, run_variant


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, numbers at the right: all columns but the first."""
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)]), *map(_line, rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(plain(cell).replace('|', '&#124;') for cell in cells)} |"


def named(place: int, run: RunFigures) -> str:
    """A run as it is called where there are others: ``A LiteRT``."""
    return f"{letter(place)} {run_name(run)}"


def figures_table(runs: Sequence[RunFigures], places: Sequence[int]) -> str:
    """The table of figures of the runs at these places, in this order."""
    rows = [["model", *(runs[place].model.rpartition("/")[2] for place in places)]]
    rows += [["version", *(runs[place].version for place in places)]]
    rows += [["precision, threads", *(run_variant(runs[place]) for place in places)]]
    for line in lines_of(runs):
        texts = texts_of(line, runs)
        rows.append([line.title, *(texts[place] for place in places)])
    return table(["", *(named(place, runs[place]) for place in places)], rows)


def operators_table(breakdown: Breakdown, name: str) -> str:
    """The operators of one run, those that take longest first."""
    rows = [
        [row.name, row.type, duration(row.mean_ns), share(row.share, 1), share(row.cumulative, 1), str(row.calls)]
        for row in breakdown.rows
    ]
    return table([f"operator of {name}", "type", "mean", "share", "cumulative", "calls"], rows)


def verdicts_table(runs: Sequence[RunFigures], verdicts: Sequence[Verdict]) -> str:
    """What can be said of each pair of runs, in words."""
    pairs = [(f"{letter(each.first)} {letter(each.second)}", each.figure or each.kind, each.text) for each in verdicts]
    names = ", ".join(named(place, run) for place, run in enumerate(runs))
    return table([f"runs ({names})", "figure", "verdict"], pairs)


def values_of(runs: Sequence[RunFigures], places: Sequence[int]) -> list[tuple[str, str]]:
    """Each figure that there is, as what it is called and its value with the unit."""
    return [
        (f"{line.title} of {named(place, runs[place])}", line.text(runs[place]))
        for place in places
        for line in lines_of(runs)
        if line.has_value(runs[place])
    ]
