"""The labels panel: the input picture, and beside it what the runs see in it with the probability each gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Optional

from edgetop.protocol import Picture
from edgetop.run_figures import RunFigures
from edgetop.units import ABSENT
from edgetop.widgets.cells import Row, Span, exactly, fit, fit_right, plain, wrap
from edgetop.widgets.panel import Panel
from edgetop.widgets.picture import Painting
from edgetop.widgets.run_names import run_label

COLUMN, DECIMALS = 7, 3
SLIM_COLUMN, SLIM_DECIMALS = 5, 2
"""Cells and decimals of a probability; the slim ones where many runs leave a label too little room."""
NARROWEST_LABEL = 14
LABEL_BESIDE = 11
WIDE_LABEL = 18
"""Cells that a picture leaves to a label at least, and where there is much room."""
GAP = 2
"""Cells between picture and labels."""


class Labels(Panel):
    """What the runs see in the input, side by side."""

    NUMBER = "6"
    TITLE = "Outputs"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._verdict = ""
        self._painting = Painting()

    def show(self, runs: tuple[RunFigures, ...], verdict: str) -> None:
        """Draw the labels of ``runs`` and whether their outputs agree."""
        self._runs, self._verdict = runs, plain(verdict)
        self.redraw()

    def show_picture(self, picture: Picture) -> None:
        """Draw the input beside the labels from now on."""
        self._painting.show(picture)
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
        """The picture at the left where there is room for both, the labels beside it."""
        columns, rows = self._painting.fitted(width - GAP - self._table_width(width), height, signs=self.few_colours)
        if not columns:
            return self._table(width, height)
        picture = self._painting.rows(
            (columns, rows),
            [run.detections for run in self._runs],
            signs=self.few_colours,
            dark=self.app.current_theme.dark,
        )
        table = self._table(width - columns - GAP, height)
        return [
            (*exactly(left, columns), (" " * GAP, ""), *right)
            for left, right in zip_longest(picture, table, fillvalue=())
        ]

    def _table_width(self, width: int) -> int:
        """The cells that the labels need beside a picture: the more, the more there are."""
        runs = max(1, len(self._runs))
        return max(LABEL_BESIDE + runs * SLIM_COLUMN, min(width // 3, WIDE_LABEL + runs * COLUMN))

    def _table(self, width: int, height: int) -> Sequence[Row]:
        """Head, labels in order of their greatest probability, verdict at the end."""
        verdict: list[Row] = [((line, "muted"),) for line in wrap(self._verdict, width)]
        if any(run.detections and run.weights.startswith("seeded") for run in self._runs):
            words = "seeded: speed only, the boxes mean nothing"
            verdict = [*[((line, "warn"),) for line in wrap(words, width)], *verdict]
        if not self.has_labels:
            return [*[((line, "muted"),) for line in wrap(self._why_none(), width)], *verdict]
        slim = len(self._runs) * COLUMN + NARROWEST_LABEL > width
        column, decimals = (SLIM_COLUMN, SLIM_DECIMALS) if slim else (COLUMN, DECIMALS)
        shown = max(1, min(len(self._runs), (width - LABEL_BESIDE) // column))
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
