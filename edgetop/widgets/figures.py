"""The table of figures: a column a run, the best of each row starred, what is missing explained below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import RunFigures
from edgetop.widgets.cells import Row, Span, fit, fit_right
from edgetop.widgets.figure_lines import LINES, FigureLine, best_places, texts_of
from edgetop.widgets.figure_notes import notes
from edgetop.widgets.panel import Panel
from edgetop.widgets.run_names import run_label, run_name, run_variant

HEAD = 11
"""Cells of the rows' titles."""
WIDEST = 19
"""A column is never wider; numbers far apart are hard to compare."""
STAR = "•"
STATUS_SIGNS = {"done": "✓", "failed": "✗", "waiting": "·", "ready": "·"}
STATUS_INKS = {"done": "good", "failed": "bad", "running": ""}


class Figures(Panel):
    """Latency, rate, CPU, memory, power, energy and agreement of all runs."""

    NUMBER = "2"
    TITLE = "Figures"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._turn: Optional[int] = None

    def show(self, runs: tuple[RunFigures, ...], turn: Optional[int]) -> None:
        """Draw the figures of ``runs``; ``turn`` is the run that is measured at the moment."""
        self._runs, self._turn = runs, turn
        self.redraw()

    def caption(self) -> str:
        """What the star means."""
        return f"{STAR} best" if len(self._runs) > 1 else ""

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Head, then as many figures as there is room for by their weight, then notes."""
        if not self._runs:
            return [(("no runs yet", "muted"),)]
        column = max(1, min(WIDEST, (width - HEAD) // len(self._runs)))
        head = self._head(column, height)
        below = notes(self._runs, width)
        room = height - len(head)
        kept = len(LINES) if room >= len(LINES) + len(below) else room - min(len(below), max(1, room // 5))
        heaviest = sorted(LINES, key=self._weight)[: max(1, kept)]
        table = [self._line(line, column) for line in LINES if line in heaviest]
        return [*head, *table, *below[: max(0, room - len(table))]]

    def _weight(self, line: FigureLine) -> tuple[bool, int]:
        """Rows with any number come before rows without one."""
        return not any(line.has_value(run) for run in self._runs), line.weight

    def _head(self, column: int, height: int) -> list[Row]:
        names: list[Span] = [(" " * HEAD, "")]
        variants: list[Span] = [(" " * HEAD, "")]
        states: list[Span] = [(fit("state", HEAD), "muted")]
        for place, run in enumerate(self._runs):
            label, ink = run_label(place)
            name = f" {run_name(run)}"
            pad = column - 2 - len(label)
            names += [
                (" " * max(0, pad - len(name)) + label, ink),
                (fit(name, min(pad, len(name))), "strong"),
                ("  ", ""),
            ]
            variants.append((fit_right(run_variant(run), column - 2) + "  ", "muted"))
            states.append(self._state(run, column))
        return [tuple(names), tuple(variants), tuple(states)] if height >= 11 else [tuple(names), tuple(states)]

    def _state(self, run: RunFigures, column: int) -> Span:
        holds = run.run == self._turn and run.status == "running"
        sign = "▶" if holds else STATUS_SIGNS.get(run.status, " " if run.status == "running" else "…")
        ink = "good" if holds else STATUS_INKS.get(run.status, "muted")
        return (fit_right(f"{sign} {run.status}", column - 2) + "  ", ink)

    def _line(self, line: FigureLine, column: int) -> Row:
        texts = texts_of(line, self._runs)
        best = best_places(line, self._runs, texts)
        spans: list[Span] = [(fit(line.title, HEAD), "muted")]
        for place, run in enumerate(self._runs):
            starred = place in best
            ink = "good" if starred else ("" if line.has_value(run) else "muted")
            spans.append((fit_right(texts[place], column - 2), ink))
            spans.append((STAR + " " if starred else "  ", "good"))
        return tuple(spans)
