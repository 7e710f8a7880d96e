"""The latency chart: one line a run, with a legend of shape, letter, name and newest value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.run_figures import RunFigures
from edgetop.units import ABSENT, clock_time, duration
from edgetop.widgets.braille import COLUMNS_A_CELL
from edgetop.widgets.cells import Row, plain, row_width
from edgetop.widgets.history import History
from edgetop.widgets.limits import legend
from edgetop.widgets.plot import GUTTER, MARGIN, Plot
from edgetop.widgets.pointed import PointedPanel
from edgetop.widgets.run_names import run_label, run_name
from edgetop.widgets.time_view import TimeView, shown


class Chart(PointedPanel):
    """Latency over time of all runs."""

    NUMBER = "1"
    TITLE = "Latency"

    def __init__(self, history: History, id: Optional[str] = None) -> None:
        super().__init__(Plot(duration), id=id)
        self._history = self._shown = history
        self._view = TimeView()
        self._runs: tuple[RunFigures, ...] = ()
        self._places: tuple[int, ...] = ()

    def show(
        self,
        runs: tuple[RunFigures, ...],
        since: Optional[int],
        view: TimeView = TimeView(),  # noqa: B008  frozen
        places: Optional[tuple[int, ...]] = None,
    ) -> None:
        """Draw the history's columns from ``since`` on, of the runs at ``places``; None draws all."""
        self._runs, self._view = runs, view
        self._places = tuple(range(len(runs))) if places is None else places
        self._since = None if since is None else since // view.zoom
        self.redraw()
        self._since = None

    @property
    def columns(self) -> int:
        """How many columns of time there is room for."""
        return max(1, self.size.width - 4 - GUTTER - MARGIN) * (1 if self.ascii else COLUMNS_A_CELL)

    def caption(self) -> str:
        """What the line and the band are."""
        pointed = self.moment(self._shown)
        if pointed:
            return pointed
        if self._view.end is not None:
            moment = clock_time(self._view.end * self._history.width_ns).rsplit(".", 1)[0]
            return f"held at {moment}, v goes on"
        return "mean, band from least to greatest"

    def hints(self) -> str:
        """What the letters below the plot are."""
        return legend(self._plot.limits, self.size.width - 6)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """A legend, the plot, the time."""
        names = [f"latency.{run.run}" if place in self._places else "" for place, run in enumerate(self._runs)]
        self._shown = shown(self._history, self._view, names)
        legend = [self._legend(width)] if height >= 5 else []
        size = (width, height - len(legend))
        return [*legend, *self._plot.draw(self._shown, names, size, self.ascii, self._since)]

    def _legend(self, width: int) -> Row:
        """Mark, name and newest value of each run; shorter names, or letters alone, where the room is short."""
        titles = [f" {run_name(run)}" for run in self._runs]
        frameworks = [f" {plain(run.session or run.framework)}" for run in self._runs]
        for names in (titles, frameworks):
            row = self._entries(names)
            if row_width(row) <= width:
                return row
        return self._entries([""] * len(self._runs), slim=True)

    def _entries(self, names: Sequence[str], slim: bool = False) -> Row:
        row: Row = ()
        for place in self._places:
            run, name = self._runs[place], names[place]
            series = self._shown.series.get(f"latency.{run.run}")
            point = self.read(series) if series is not None else None
            value = ABSENT if point is None else duration(point[1])
            label, ink = run_label(place)
            row = (*row, (label[-1] if slim else label, ink), (name, ""), (f" {value:<{8 if slim else 10}}", "strong"))
        return row
