"""A panel with a plot over time: what lies under the pointer is read."""

from __future__ import annotations

from typing import Optional

from textual.events import MouseMove

from edgetop.units import clock_time
from edgetop.widgets.history import History, Point, Series
from edgetop.widgets.panel import Panel
from edgetop.widgets.plot import GUTTER, Plot

SIDE = 2
"""Cells of the border and its padding at the left."""


class PointedPanel(Panel):
    """The base of the panels that have a plot; a subclass draws it from ``_since`` on."""

    def __init__(self, plot: Plot, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._plot = plot
        self._since: Optional[int] = None
        self._pointer: Optional[int] = None
        """The cell of the plot under the pointer."""

    def on_mouse_move(self, event: MouseMove) -> None:
        """Read what is under the pointer."""
        cell = int(event.x) - SIDE - GUTTER
        self._point(cell if self._plot.place_at(cell) is not None else None)

    def on_leave(self) -> None:
        """Read the newest again."""
        self._point(None)

    def _point(self, cell: Optional[int]) -> None:
        if cell != self._pointer:
            self._pointer = cell
            self._since = self._plot.end  # nothing of the plot itself is new
            self.redraw()
            self._since = None

    @property
    def pointed(self) -> Optional[int]:
        """The last column of time under the pointer."""
        return None if self._pointer is None else self._plot.place_at(self._pointer)

    def read(self, series: Series) -> Optional[Point]:
        """The point under the pointer, or the last one before it; the newest where nothing is pointed at."""
        place = self.pointed
        last = len(series.points) - 1 if place is None else series.index_before(place + 1)
        return series.points[last] if last >= 0 else None

    def moment(self, history: History) -> str:
        """When that was: ``at 1:02.5``; empty where nothing is pointed at."""
        place = self.pointed
        return "" if place is None else f"at {clock_time(place * history.width_ns)}"
