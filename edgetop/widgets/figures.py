"""The table of figures: a column a run, the best of each row marked, what is missing explained below."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename
from typing import Optional

from edgetop.protocol import Snapshot
from edgetop.readings import whose_watts
from edgetop.run_figures import RunFigures
from edgetop.widgets.cells import Row, Span, fit, fit_right, plain
from edgetop.widgets.figure_lines import FigureLine, best_places, first_places, lines_of, texts_of
from edgetop.widgets.figure_notes import first_lines, notes
from edgetop.widgets.gauges import rails, session_rail
from edgetop.widgets.marks import marked
from edgetop.widgets.pairs import headline, pairs_of
from edgetop.widgets.panel import Panel
from edgetop.widgets.run_names import run_label, run_name, run_title, run_variant
from edgetop.widgets.run_view import RunView

HEAD = 10
"""Cells of the rows' titles."""
WIDEST = 19
"""A column is never wider; numbers far apart are hard to compare."""
SLIM = 14
"""A narrower column has the letter without its shape, and short words for the states."""
BEST = "•"
RANKED = "p50_ns"
"""The row that has each run's rank in the place of the sign of the best, once verdicts tell the runs apart."""
SIGNS = {
    "running": "",
    "done": "✓ ",
    "failed": "✗ ",
    **dict.fromkeys(("waiting", "ready", "idling"), "· "),
    **dict.fromkeys(("energy", "accuracy"), "▶ "),
}
INKS = {"done": "good", "failed": "bad", "running": "", "energy": "good", "accuracy": "good"}
SHORT = {
    "waiting": "wait",
    "preparing": "prep",
    "loading": "load",
    "warming": "warm",
    "running": "run",
    "profiling": "prof",
    "idling": "idle",
    "cooling": "cool",
    "accuracy": "acc.",
    "failed": "fail",
    "reference": "ref.",
}
"""Words for slim columns."""


class Figures(Panel):
    """Latency, rate, CPU, memory, power, energy and agreement of all runs."""

    NUMBER = "2"
    TITLE = "Figures"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._turn: Optional[int] = None
        self._watts = ""
        self._idle_note = ""
        self._warnings: tuple[str, ...] = ()
        self._headline = ""
        self.wanted = 0
        """Lines that would show all rows and notes, border included, as it was drawn last."""
        self._view = RunView()
        self._places: tuple[int, ...] = ()
        """Of the runs that are shown, in their order."""

    def show(self, snapshot: Snapshot, view: RunView = RunView()) -> None:  # noqa: B008  frozen
        """Draw the figures of the snapshot's runs, as the view sorts and filters them."""
        self._view, self._places = view, view.places(snapshot.runs)
        self._runs, self._turn, self._idle_note = snapshot.runs, snapshot.turn, snapshot.idle_note
        self._warnings = snapshot.warnings
        self._headline = plain(headline(snapshot.runs, pairs_of(snapshot.runs, snapshot.verdicts)))
        rail = session_rail(rails(snapshot.gauges), snapshot.power)
        self._watts = plain(whose_watts(rail.watts.channel)) if rail is not None and rail.readable else ""
        self.redraw()

    def caption(self) -> str:
        """What the sign means, and whose watts these are."""
        parts = [f"{BEST} best"] if len(self._runs) > 1 else []
        parts += [plain(self._view.words_of)] if self._view.words_of else []
        return "  ".join([*parts, *([f"watts: {self._watts}"] if self._watts else [])])

    def hints(self) -> str:
        """By how much the fastest run is ahead of the next."""
        return self._headline

    def content(self, width: int, height: int) -> Sequence[Row]:
        """Head, then as many figures as there is room for by their weight, then notes."""
        if not self._runs:
            return [(("no runs yet", "muted"),)]
        if not self._places:
            return [((f"no run has “{plain(self._view.words.strip())}” in its name: / asks for other words", "muted"),)]
        column = max(2, min(WIDEST, (width - HEAD) // len(self._places)))
        head = self._head(column, height)
        below = notes(self._runs, width, self._idle_note, self._warnings)
        room, lines = height - len(head), lines_of(self._runs)
        self.wanted = len(head) + len(lines) + len(below) + 2
        kept = len(lines) if room >= len(lines) + len(below) else room - min(len(below), self._note_lines(room))
        heaviest = sorted(lines, key=self._weight)[: max(1, kept)]
        table = [self._line(line, column) for line in lines if line in heaviest]
        return [*head, *table, *first_lines(below, room - len(table), width)]

    def _note_lines(self, room: int) -> int:
        """Lines that notes may take from figures where there is not room for all."""
        failed = any(run.status == "failed" for run in self._runs)
        return max(1 if failed else 0, min(3, room // 5))

    def _weight(self, line: FigureLine) -> tuple[bool, int]:
        """Rows with any number come before rows without one."""
        return not any(line.has_value(run) for run in self._runs), line.weight

    def _head(self, column: int, height: int) -> list[Row]:
        full, differ = height >= 11, len({run.model for run in self._runs}) > 1
        models: list[Span] = [(" " * HEAD, "")]
        names: list[Span] = [(" " * HEAD, "")]
        variants: list[Span] = [(" " * HEAD, "")]
        states: list[Span] = [(fit("state", HEAD), "muted")]
        for place in self._places:
            run = self._runs[place]
            names += self._run_title(place, run_title(run) if full else run_name(run), column)
            models += _cell(basename(plain(run.model)), "strong", column)
            variants += _cell(_variant(run, column), "muted", column)
            states += self._state(run, column)
        return [
            tuple(names),
            *([tuple(models)] if differ else []),
            *([tuple(variants)] if full else []),
            tuple(states),
        ]

    def _run_title(self, place: int, title: str, column: int) -> list[Span]:
        label, ink = run_label(place)
        label = label[-1] if column < SLIM else label
        gap = _gap(column)
        name = f" {title}"
        name = fit(name, min(len(name), column - gap - len(label)))
        return [(fit_right(label, column - gap - len(name)), ink), (name, "strong"), (" " * gap, "")]

    def _state(self, run: RunFigures, column: int) -> list[Span]:
        holds = run.run == self._turn and run.status == "running"
        sign = "▶ " if holds else SIGNS.get(run.status, "… ")
        return _cell(sign + _word(run.status, column), "good" if holds else INKS.get(run.status, "muted"), column)

    def _line(self, line: FigureLine, column: int) -> Row:
        texts = texts_of(line, self._runs, column - _gap(column))
        ranked = line.field == RANKED and any(run.rank for run in self._runs)
        best = first_places(self._runs) if ranked else best_places(line, self._runs, texts)
        ranked = ranked and _gap(column) > 1
        spans: list[Span] = [(fit(f"{line.title}, rank" if ranked else line.title, HEAD), "muted")]
        for place in self._places:
            run = self._runs[place]
            ink = "good" if place in best else ("" if line.has_value(run) else "muted")
            sign = str(run.rank or "") if ranked else BEST if place in best else ""
            text = marked(_word(texts[place], column), line.field, run, column - _gap(column))
            spans += _cell(text, ink, column, sign)
        return tuple(spans)


def _variant(run: RunFigures, column: int) -> str:
    """Precision and threads, after the framework's version where there is room for it; of two sessions, after which
    it is of."""
    version = run.version.partition("+")[0]
    ways = (f"{version} {run_variant(run)}", run_variant(run), f"×{run.threads}")
    texts = [f"{plain(run.session)} {way}".lstrip() for way in ways]
    return next((text for text in texts if len(text) <= column - _gap(column)), texts[-1])


def _word(text: str, column: int) -> str:
    return SHORT.get(text, text) if column < SLIM else text


def _gap(column: int) -> int:
    """Cells between a number and the next column, the last of them for the sign of the best."""
    return 2 if column >= 10 else 1


def _cell(text: str, ink: str, column: int, sign: str = "") -> list[Span]:
    gap = _gap(column)
    return [(fit_right(text, column - gap), ink), (fit_right(sign, gap), ink)]
