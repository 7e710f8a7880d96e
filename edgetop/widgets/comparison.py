"""The comparison panel: who is fastest, what tells each pair apart, and what speed costs in energy or accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Optional

from textual.binding import Binding, BindingType

from edgetop.protocol import Snapshot
from edgetop.run_figures import RunFigures, Verdict
from edgetop.widgets.cells import Row, plain, wrap
from edgetop.widgets.forest import forest
from edgetop.widgets.pair_table import pair_table
from edgetop.widgets.pairs import pairs_of
from edgetop.widgets.pareto import Quality, frontier, points_of, qualities
from edgetop.widgets.ranking import legend, missing_reasons, ranking
from edgetop.widgets.roofline import UNITS, roofline_page
from edgetop.widgets.scatter import Scatter
from edgetop.widgets.scrolled import ScrolledPanel
from edgetop.widgets.tabs import tabs

VERDICTS, PLOT, ROOFLINE = 0, 1, 2
PAGES = ("verdicts", "trade-off", "roofline")


class ComparisonPanel(ScrolledPanel):
    """Draws a snapshot's ranks and verdicts, its runs by speed and another quality, and the roofline above them."""

    NUMBER = "9"
    TITLE = "Comparison"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,tab", "turn(1)", show=False),
        Binding("left,shift+tab", "turn(-1)", show=False),
        Binding("y", "set_against", show=False),
    ]

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()
        self._verdicts: tuple[Verdict, ...] = ()
        self._sessions: tuple[str, ...] = ()
        self._warnings: tuple[str, ...] = ()
        self._page = VERDICTS
        self._wanted = ""
        """The title of the quality that was chosen."""
        self._scatter = Scatter()

    def show(self, snapshot: Snapshot) -> None:
        """Draw what is told of the snapshot's runs."""
        self._runs, self._verdicts = snapshot.runs, snapshot.verdicts
        self._sessions, self._warnings = snapshot.sessions, snapshot.warnings
        self.redraw()

    # ---- keys

    def action_turn(self, step: int) -> None:
        """The next page, or the one before."""
        self._page = (self._page + step) % len(PAGES)
        self.redraw()

    def action_set_against(self) -> None:
        """Set the next quality against speed."""
        known, now = qualities(self._runs), self._quality
        if now is not None:
            self._wanted = known[(known.index(now) + 1) % len(known)].title
        self._page = PLOT
        self.redraw()

    @property
    def _quality(self) -> Optional[Quality]:
        """What is set against speed: what was chosen, or the first that there are figures of."""
        known = qualities(self._runs)
        return next((quality for quality in known if quality.title == self._wanted), known[0] if known else None)

    # ---- drawing

    def caption(self) -> str:
        """What the numbers mean."""
        if self._page == VERDICTS:
            return "the second takes so many times as much as the first" if len(self._runs) > 1 else ""
        if self._page == ROOFLINE:
            return UNITS
        quality = self._quality
        return f"{quality.line.title} against p50, 95 %" if quality is not None else ""

    def hints(self) -> str:
        """The keys that work in this panel."""
        quality = self._quality
        more = "↑↓ rows  " if self._page == VERDICTS and self.scrolls else ""
        if self._page == PLOT and quality is not None:
            more = f"y {quality.title}  "
        return f"tab {PAGES[(self._page + 1) % len(PAGES)]}  {more}c closes"

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The tabs, and the page that is shown."""
        if not self._runs:
            return [(("no runs yet", "muted"),)]
        page = (self._verdict_page, self._plot_page, self._roofline_page)[self._page]
        if len(self._runs) < 2 and self._page != ROOFLINE:
            page = self._alone_page
        return [tabs(PAGES, self._page), *page(width, height - 1)]

    def _alone_page(self, width: int, height: int) -> list[Row]:
        words = "One run alone has nothing to be compared with: choose several frameworks, precisions or threads."
        return [((line, "muted"),) for line in wrap(words, width)]

    def _roofline_page(self, width: int, height: int) -> list[Row]:
        return roofline_page(self._runs, width, height, ascii=self.ascii)

    def _verdict_page(self, width: int, height: int) -> list[Row]:
        head = ranking(self._runs, width)
        pairs, reasons = pairs_of(self._runs, self._verdicts), missing_reasons(self._runs)
        below = pair_table(self._runs, self._verdicts, self._sessions)
        below += [((line, "warn"),) for text in self._warnings for line in wrap(plain(text), width)]
        rows = [*forest(pairs, width, reasons, worded=True), *below]
        if len(head) + 1 + len(rows) > height:
            rows = [*forest(pairs, width, reasons, worded=False), *below]
        gap: list[Row] = [()] if len(head) + 1 + len(rows) <= height else []
        room = max(1, height - len(head) - len(gap))
        first = self.first_row(len(rows), room)
        return [*head, *gap, *rows[first : first + room]]

    def _plot_page(self, width: int, height: int) -> list[Row]:
        quality = self._quality
        if quality is None:
            words = "no run has a p50 yet, with energy, accuracy or memory to set against it"
            return [((line, "muted"),) for line in wrap(words, width)]
        points = points_of(self._runs, quality)
        best = frontier(points, pairs_of(self._runs, self._verdicts), quality)
        below = legend(self._runs, best, quality, width)
        plot = self._scatter.draw(points, best, quality, (width, height - len(below)), ascii=self.ascii)
        return [*plot, *below]
