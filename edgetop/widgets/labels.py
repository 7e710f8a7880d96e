"""The labels panel: the most probable labels, a row each, with the probability every run gives; then the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import RunFigures
from edgetop.units import ABSENT
from edgetop.widgets.cells import Row, Span, fit, fit_right, plain, wrap
from edgetop.widgets.panel import Panel
from edgetop.widgets.run_names import run_label

COLUMN, DECIMALS = 7, 3
SLIM_COLUMN, SLIM_DECIMALS = 5, 2
"""Cells and decimals of a probability; the slim ones where many runs leave a label too little room."""
NARROWEST_LABEL = 14


class Labels(Panel):
    """What the runs see in the input, side by side."""

    NUMBER = "5"
    TITLE = "Outputs"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._verdict = ""

    def show(self, runs: tuple[RunFigures, ...], verdict: str) -> None:
        """Draw the labels of ``runs`` and whether their outputs agree."""
        self._runs, self._verdict = runs, plain(verdict)
        self.redraw()

    @property
    def has_labels(self) -> bool:
        """Whether any run names what it sees."""
        return any(seen(run) for run in self._runs)

    def caption(self) -> str:
        """What the numbers are."""
        if any(run.detections for run in self._runs):
            return "score of each box"
        return "probability" if self.has_labels else ""

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Head, labels in order of their greatest probability, verdict at the end."""
        verdict: list[Row] = [((line, "muted"),) for line in wrap(self._verdict, width)]
        if any(run.detections and run.weights.startswith("seeded") for run in self._runs):
            verdict = [*[((line, "warn"),) for line in wrap("seeded weights: the boxes mean nothing", width)], *verdict]
        if not self.has_labels:
            return [*[((line, "muted"),) for line in wrap(self._why_none(), width)], *verdict]
        slim = len(self._runs) * COLUMN + NARROWEST_LABEL > width
        column, decimals = (SLIM_COLUMN, SLIM_DECIMALS) if slim else (COLUMN, DECIMALS)
        shown = max(1, min(len(self._runs), (width - NARROWEST_LABEL) // column))
        room = width - shown * column
        head: list[Span] = [(" " * room, "")]
        for place in range(shown):
            label, ink = run_label(place)
            head.append((fit_right(label[-1] if slim else label, column), ink))
        chances = [dict(seen(run)) for run in self._runs]
        best = {name: max(chance.get(name, 0.0) for chance in chances) for chance in chances for name in chance}
        names = sorted(best, key=lambda name: -best[name])[: max(1, height - 1 - len(verdict))]
        rows: list[Row] = []
        for name in names:
            values = [fit_right(_probability(chance.get(name), decimals), column) for chance in chances[:shown]]
            rows.append(((fit(plain(name), room - 1) + " ", ""), ("".join(values), "")))
        return [tuple(head), *rows, *verdict]

    def _why_none(self) -> str:
        weights = next((run.weights for run in self._runs if run.weights not in ("", "trained")), "")
        return f"no labels: the weights are {plain(weights)}" if weights else "no labels"


def seen(run: RunFigures) -> list[tuple[str, float]]:
    """What a run sees with its probability or score; of several boxes of a name, the later ones are numbered."""
    if run.labels:
        return list(run.labels)
    met: dict[str, int] = {}
    found = []
    for label, score, *_ in run.detections:
        met[label] = met.get(label, 0) + 1
        found.append((label if met[label] == 1 else f"{label} {met[label]}", score))
    return found


def _probability(value: Optional[float], decimals: int) -> str:
    return ABSENT if value is None else f"{value:.{decimals}f}"
