"""Which runs the table and the charts show, and in which order: by a figure, by words of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.figure_lines import LINES, FigureLine
from edgetop.widgets.run_names import run_name, run_variant

AS_STARTED, BY_NAME = "", "name"
SORTED_BY = ("p50", "p99", "rate", "CPU", "memory", "energy", "top-1", "mAP")
"""Rows of the table that runs can be sorted by."""
GREATEST_FIRST = ("rate", "top-1", "mAP")
"""Of the others the least is the first."""
DIGITS = 2
"""Values that are equal to so many digits keep their order: neighbours would change places with every sample."""
_LINES = {line.title: line for line in LINES if line.title in SORTED_BY}


@dataclass(frozen=True)
class RunView:
    """Sorted by the row of this title, of runs whose names hold all of these words."""

    sort: str = AS_STARTED
    words: str = ""

    def places(self, runs: Sequence[RunFigures]) -> tuple[int, ...]:
        """The places of the runs to show, in their order."""
        words = self.words.lower().split()
        said = [_said(run) for run in runs]
        if len({run.model for run in runs}) > 1:
            said = [f"{text} {run.model.lower()}" for text, run in zip(said, runs)]
        places = [place for place in range(len(runs)) if all(word in said[place] for word in words)]
        if self.sort == BY_NAME:
            return tuple(sorted(places, key=lambda place: said[place]))
        line = _LINES.get(self.sort)
        return tuple(places) if line is None else tuple(sorted(places, key=lambda place: _weight(line, runs[place])))

    @property
    def words_of(self) -> str:
        """How it is sorted and what it leaves out, for a caption."""
        parts = [f"by {self.sort}"] if self.sort else []
        return "  ".join([*parts, *([f"only {self.words.strip()}"] if self.words.strip() else [])])


def sorted_anew(view: RunView, runs: Sequence[RunFigures]) -> RunView:
    """Sorted by the next row of which a run has a figure, by name, as they started."""
    known = [title for title, line in _LINES.items() if any(line.has_value(run) for run in runs)]
    sorts = [AS_STARTED, *sorted(known, key=SORTED_BY.index), BY_NAME]
    at = sorts.index(view.sort) if view.sort in sorts else 0
    return replace(view, sort=sorts[(at + 1) % len(sorts)])


def _said(run: RunFigures) -> str:
    return f"{run_name(run)} {run.framework} {run.variant} {run_variant(run)}".lower()


def _weight(line: FigureLine, run: RunFigures) -> float:
    """Less comes first: the best, and last what has no figure."""
    value = line.value(run)
    if isinstance(value, Missing):
        return inf
    rounded = float(f"{value:.{DIGITS - 1}e}")
    return -rounded if line.title in GREATEST_FIRST else rounded
