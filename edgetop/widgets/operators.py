"""The operators panel: where the time of an inference goes, a run at a time or all runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Optional, Union

from textual.binding import Binding, BindingType
from textual.message import Message

from edgetop.analysis.operators import UNTIMED, Breakdown, breakdown, side_by_side
from edgetop.protocol import Operators
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.units import duration, percent
from edgetop.widgets.cells import Row, Span, exactly, plain, row_width, wrap
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.operator_legend import legend
from edgetop.widgets.operator_strip import length_ns, strip
from edgetop.widgets.operator_table import (
    SORTS,
    columns_of,
    joined_head,
    joined_rows,
    table_head,
    table_rows,
    types_rows,
)
from edgetop.widgets.run_names import run_label, run_name
from edgetop.widgets.scrolled import ScrolledPanel
from edgetop.widgets.tabs import tab

LABEL, LENGTH = 4, 9
"""Cells of a strip's label and of the inference's length behind it."""
STRIPS_FROM = 16
ROUNDS_FROM = 76
"""Columns from which on the caption has the number of inferences."""
AIRY_FROM = 30
"""Rows from which on there are the runs' strips, and a blank line before the table."""


class OperatorsPanel(ScrolledPanel):
    """Draws Operators; it asks for them by a message, since commands are the app's."""

    NUMBER = "8"
    TITLE = "Operators"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,tab", "turn(1)", show=False),
        Binding("left,shift+tab", "turn(-1)", show=False),
        Binding("s", "sort", show=False),
        Binding("enter", "ask", show=False),
    ]

    class Asked(Message):
        """The operators of every run are to be timed."""

    def __init__(self, id: Optional[str] = None, *, can_time: bool) -> None:
        super().__init__(id=id)
        self._can_time = can_time
        self._runs: tuple[RunFigures, ...] = ()
        self._state = ""
        self._asked = False
        self._told: dict[int, Operators] = {}
        self._tables: list[Union[Breakdown, Missing]] = []
        self._joined = side_by_side(())
        self._page = 0
        self._sort = SORTS[0]
        self.words = ""
        """Which the names or types of the operators hold that are shown."""

    # ---- what it is told

    def show(self, runs: tuple[RunFigures, ...], told: Mapping[int, Operators], state: str) -> None:
        """Draw the operators that were told of these runs; draws only when something of that is new."""
        state = state if state in ("paused", "ended") else ""
        if (_shown_of(runs), told, state) == (_shown_of(self._runs), self._told, self._state):
            return
        self._asked = self._asked and told == self._told and not any(run.status == "profiling" for run in runs)
        self._runs, self._told, self._state = runs, dict(told), state
        self._tables = [breakdown(told.get(run.run)) for run in runs]
        self._joined = side_by_side(self._tables)
        self._page = min(self._page, max(0, self._pages - 1))
        self.redraw()

    @property
    def has_any(self) -> bool:
        """Whether the operators of any run were asked for."""
        return bool(self._told)

    @property
    def _ended(self) -> bool:
        return self._state == "ended"

    @property
    def _profiled(self) -> Optional[RunFigures]:
        """The run whose operators are timed now."""
        return next((run for run in self._runs if run.status == "profiling"), None)

    @property
    def _pages(self) -> int:
        """One a run, and one for all side by side where there are two with operators."""
        return len(self._runs) + (sum(isinstance(table, Breakdown) for table in self._tables) > 1)

    # ---- keys

    def action_turn(self, delta: int) -> None:
        """The next run, or all side by side."""
        self._page = (self._page + delta) % max(1, self._pages)
        self.to_top()
        self.redraw()

    def action_sort(self) -> None:
        """Sort by time, by order of execution, by name."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self.redraw()

    def filter(self, words: str) -> None:
        """Show the operators whose name or type holds these words."""
        self.words = words
        self.to_top()
        self.redraw()

    def markdown(self) -> str:
        """The table of the chosen run; empty where there is none."""
        from edgetop.widgets.markdown import named, operators_table

        table = self._tables[self._page] if self._page < len(self._tables) else None
        return operators_table(table, named(self._page, self._runs[self._page])) if isinstance(table, Breakdown) else ""

    def action_ask(self) -> bool:
        """Have the operators timed, once more where they were; False where that cannot be, or is on its way."""
        if not self._can_time or self._ended or self._asked or self._profiled is not None:
            return False
        self._asked = True
        self.post_message(self.Asked())
        self.redraw()
        return True

    # ---- drawing

    def caption(self) -> str:
        """How the times were had: inferences, what timing them costs, how much of an inference they cover."""
        table = self._tables[self._page] if self._page < len(self._tables) else None
        if not isinstance(table, Breakdown):
            return "" if table is not None else "mean of each operator in an inference"
        told, coverage = table.told, table.coverage
        cost = f"p50 {duration(told.p50_ns)}, {duration(told.plain_p50_ns)} without"
        covered = "" if isinstance(coverage, Missing) else f" · coverage {percent(100 * coverage)}"
        rounds = f"{told.rounds} inferences · " if self.size.width >= ROUNDS_FROM else ""
        return f"{rounds}{cost}{covered}"

    def hints(self) -> str:
        """The keys that work in this panel."""
        can_ask = self._can_time and not self._ended
        if not self.has_any:
            return "o times them  esc closes" if can_ask and not self._asked else "esc closes"
        if self._profiled is not None:
            return f"timing {run_name(self._profiled)}…  o closes"
        again = "enter again  " if can_ask else ""
        rows = "↑↓ rows  " if self.size.width >= 70 else ""
        only = f"only {plain(self.words.strip())}" if self.words.strip() else "filter"
        return f"←→ run  s by {self._sort}  / {only}  {rows}{again}o closes"

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The runs to choose from, their strips, and the table of the chosen one or of all."""
        if not self._runs:
            return [(("no runs yet", "muted"),)]
        if not self.has_any:
            return [((line, ink),) for text, ink in self._why_none() for line in wrap(text, width)]
        rows = [self._tabs(width), *(self._timelines(width, height) if height >= STRIPS_FROM else ())]
        rows = [*rows, ()] if height >= AIRY_FROM else rows
        return [*rows, *self._table(width, height - len(rows))]

    def _why_none(self) -> Sequence[Span]:
        """Why there are none yet, and what to do."""
        if self._profiled is not None:
            return ((f"Timing the operators of {run_name(self._profiled)}…", ""),)
        if not self._can_time:
            if self._ended:
                return (("No operators were timed in this session.", ""), (UNTIMED.hint, "muted"))
            return (("No operators were timed up to this moment of the session.", ""), ("Go on with →", "muted"))
        if self._ended:
            return (("The run has ended: its operators can no longer be timed.", ""), (UNTIMED.hint, "muted"))
        if self._asked and self._state == "paused":
            return (("The operators are timed when the measurement goes on (space)…", ""),)
        if self._asked:
            return (("The operators are timed as soon as the present turn is over…", ""),)
        return (
            ("Where does the time of an inference go? Press o or enter to time each operator of every run.", ""),
            (
                "The runs hold meanwhile; a worker of its own times each of them, so that no figure is disturbed.",
                "muted",
            ),
        )

    def _tabs(self, width: int) -> Row:
        """What there is to choose from; names of the runs that are not chosen are left out where they do not fit."""
        full = self._tabs_of(self._runs)
        return full if row_width(full) <= width else self._tabs_of(self._runs[self._page : self._page + 1])

    def _tabs_of(self, named: Sequence[RunFigures]) -> Row:
        spans: list[Span] = []
        for place, run in enumerate(self._runs):
            label, ink = run_label(place)
            name = tab(run_name(run), chosen=place == self._page) if run in named else (("  ", ""),)
            spans += [(f"{label} ", ink), *name]
        if self._pages > len(self._runs):
            spans += tab("side by side", chosen=self._page == len(self._runs))
        return tuple(spans)

    def _timelines(self, width: int, height: int) -> list[Row]:
        """A line of blocks a run, all over the longest inference, and what the shown run's blocks are."""
        tables = [(place, table) for place, table in enumerate(self._tables) if isinstance(table, Breakdown)]
        scale_ns = max((length_ns(table) for _, table in tables), default=0.0)
        every = self._page == len(self._tables) and height >= STRIPS_FROM + 2 * len(tables)
        room = width - LABEL - LENGTH
        rows: list[Row] = []
        for place, table in tables:
            label, ink = run_label(place)
            blocks = exactly(strip(table, room, scale_ns, paler=not self.few_colours), room)
            rows.append(((f"{label} ", ink), *blocks, (f"{duration(length_ns(table)):>{LENGTH}}", "muted")))
            if every:
                rows += _legend(table, width)
        shown = self._tables[self._page] if self._page < len(self._tables) else None
        if isinstance(shown, Breakdown):
            rows += _legend(shown, width)
        return rows

    def _table(self, width: int, height: int) -> list[Row]:
        if self._page == len(self._tables):
            return self._side_by_side(width, height)
        table = self._tables[self._page]
        if isinstance(table, Missing):
            return [((line, "muted"),) for line in wrap(missing_text(table), width)]
        columns = columns_of(table, width)
        table = replace(table, rows=tuple(row for row in table.rows if self._matches(f"{row.name} {row.type}")))
        first, count = self._window(len(table.rows), height - 1)
        return [table_head(columns), *table_rows(table, columns, self._sort, first, count), *self._none(table.rows)]

    def _side_by_side(self, width: int, height: int) -> list[Row]:
        joined = self._joined
        joined = replace(joined, rows=tuple(row for row in joined.rows if self._matches(row.name)))
        apart = ", ".join(run_name(self._runs[place]) for place in joined.apart)
        said = f"{apart}: other names of operators, hence not side by side" if apart else ""
        notes: list[Row] = [((line, "warn"),) for line in wrap(plain(said), width)]
        if not joined.runs:
            tables = [table for table in self._tables if isinstance(table, Breakdown)]
            places = [place for place, table in enumerate(self._tables) if isinstance(table, Breakdown)]
            column = max(8, width // max(1, len(tables)))
            head = tuple(span for place in places for span in self._type_head(place, column))
            return [*notes, head, *types_rows(tables, width)]
        totals = [table.total_ns for place in joined.runs if isinstance(table := self._tables[place], Breakdown)]
        head = joined_head(self._runs, joined, width)
        first, count = self._window(len(joined.rows), height - len(notes) - 1)
        return [head, *joined_rows(joined, totals, width, self._sort, first, count), *self._none(joined.rows), *notes]

    def _matches(self, text: str) -> bool:
        return all(word in text.lower() for word in self.words.lower().split())

    def _none(self, rows: Sequence[object]) -> Sequence[Row]:
        """What stands in the place of rows where no operator has the words."""
        return [] if rows else [((f"no operator has “{plain(self.words.strip())}” (/)", "muted"),)]

    def _type_head(self, place: int, column: int) -> Row:
        label, ink = run_label(place)
        name = run_name(self._runs[place])
        return ((label, ink), (f" {name}"[: column - len(label)].ljust(column - len(label)), "strong"))

    def _window(self, rows: int, room: int) -> tuple[int, int]:
        """The first row that is shown, and how many are."""
        room = max(1, room)
        return self.first_row(rows, room), room


def _shown_of(runs: Sequence[RunFigures]) -> Sequence[tuple[int, str, str]]:
    return [(run.run, run.title, run.status) for run in runs]


def _legend(table: Breakdown, width: int) -> list[Row]:
    return [((" " * LABEL, ""), *row) for row in legend(table, width - LABEL)]
