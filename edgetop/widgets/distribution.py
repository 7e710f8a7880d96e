"""The distribution panel: how often each latency came, and which one each share of the inferences stays within."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Optional

from textual.binding import Binding, BindingType
from textual.events import MouseMove
from textual.message import Message

from edgetop.protocol import Distribution
from edgetop.run_figures import RunFigures
from edgetop.widgets import histogram, scatter
from edgetop.widgets.cells import Row
from edgetop.widgets.cumulative import Cumulative
from edgetop.widgets.histogram import histogram as bars_of
from edgetop.widgets.panel import Panel
from edgetop.widgets.tabs import tabs

PAGES = ("histogram", "cumulative")
HISTOGRAM, CUMULATIVE = range(2)
LEAST_ROWS = 2
"""Of a run's histogram."""
SIDE = 2
"""Cells of the border and its padding at the left."""


class DistributionPanel(Panel):
    """Draws Distributions; it asks for them by a message as long as it is seen, since commands are the app's."""

    NUMBER = "0"
    TITLE = "Distribution"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "turn(1)", show=False),
        Binding("shift+tab", "turn(-1)", show=False),
        Binding("right", "point(1)", show=False),
        Binding("left", "point(-1)", show=False),
    ]

    class Wanted(Message):
        """Distributions are wanted in so many bins, or no longer where that is 0."""

        def __init__(self, bins: int) -> None:
            super().__init__()
            self.bins = bins

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._told: Mapping[int, Distribution] = {}
        self._places: tuple[int, ...] = ()
        self._page = HISTOGRAM
        self._at: Optional[int] = None
        """The cell of the cursor in the plot."""
        self._cumulative = Cumulative()
        self._wanted = 0

    def show(self, runs: tuple[RunFigures, ...], told: Mapping[int, Distribution], places: tuple[int, ...]) -> None:
        """Draw what was told of the runs at these places."""
        self._runs, self._told, self._places = runs, dict(told), places
        self.redraw()

    # ---- what it asks for

    def on_show(self) -> None:
        """It is seen: ask."""
        super().on_show()
        self._want(max(1, self._across(HISTOGRAM)))

    def on_resize(self) -> None:
        """As many bins as there are cells."""
        if self.is_on_screen:
            self._want(max(1, self._across(HISTOGRAM)))

    def on_hide(self) -> None:
        """Nobody looks."""
        self._want(0)

    def _want(self, bins: int) -> None:
        if bins != self._wanted:
            self._wanted = bins
            self.post_message(self.Wanted(bins))

    def _across(self, page: int) -> int:
        gutter = histogram.GUTTER if page == HISTOGRAM else scatter.GUTTER
        return self.size.width - 2 * SIDE - gutter

    # ---- keys and pointer

    def action_turn(self, step: int) -> None:
        """The other page."""
        self._page = (self._page + step) % len(PAGES)
        self._at = None
        self.redraw()

    def action_point(self, step: int) -> None:
        """Move the cursor by a cell."""
        start = self._start if self._at is None else self._at + step
        self._at = max(0, min(start, self._across(self._page) - 1))
        self.redraw()

    @property
    def _start(self) -> int:
        """Where the cursor appears: at the highest bar of the first run, or in the middle."""
        shown = [self._runs[place] for place in self._places]
        counts = next((self._told[run.run].counts for run in shown if run.run in self._told), ())
        if self._page == HISTOGRAM and counts:
            return counts.index(max(counts))
        return self._across(self._page) // 2

    def on_mouse_move(self, event: MouseMove) -> None:
        """The cursor is where the pointer is."""
        gutter = histogram.GUTTER if self._page == HISTOGRAM else scatter.GUTTER
        cell = int(event.x) - SIDE - gutter
        at = cell if 0 <= cell < self._across(self._page) and event.y > 1 else None
        if at != self._at:
            self._at = at
            self.redraw()

    # ---- drawing

    def caption(self) -> str:
        """What is drawn."""
        if self._page == CUMULATIVE:
            return "latency by the share of inferences within it"
        return "share of inferences by latency, each run on its own axis"

    def hints(self) -> str:
        """The keys that work in this panel."""
        return f"tab {PAGES[1 - self._page]}  ←→ cursor  d closes"

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The tabs, and the page that is shown."""
        if not self._places:
            return [(("no run has these words in its name (/)" if self._runs else "no runs yet", "muted"),)]
        if not self._told:
            return [(("the engine is asked…", "muted"),)]
        page = self._histograms if self._page == HISTOGRAM else self._shares
        return [tabs(PAGES, self._page), *page(width, height - 1)]

    def _histograms(self, width: int, height: int) -> list[Row]:
        runs = [(place, self._runs[place]) for place in self._places]
        told = [(place, run, self._told.get(run.run, Distribution(run.run))) for place, run in runs]
        shown = told[: max(1, height // LEAST_ROWS)]
        rows: list[Row] = []
        for n, (place, run, each) in enumerate(shown):
            room = height // len(shown) + (n < height % len(shown))
            rows += bars_of(place, run, each, (width, room), self._at)
        return rows

    def _shares(self, width: int, height: int) -> list[Row]:
        runs = [(place, self._runs[place]) for place in self._places]
        told = [(place, run, self._told[run.run]) for place, run in runs if run.run in self._told]
        told = [(place, run, each) for place, run, each in told if each.count]
        return self._cumulative.draw(told, (width, height), self._at, ascii=self.ascii)
