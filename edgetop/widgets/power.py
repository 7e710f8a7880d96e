"""The power panel: watts now, volts and amperes, and their course; or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import Gauge
from edgetop.readings import Missing
from edgetop.units import power, quantity
from edgetop.widgets.cells import Row, plain, wrap
from edgetop.widgets.gauges import Rail, rails
from edgetop.widgets.history import History
from edgetop.widgets.panel import Panel
from edgetop.widgets.plot import Plot


class Power(Panel):
    """What the board draws."""

    NUMBER = "4"
    TITLE = "Power"

    def __init__(self, history: History, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._history = history
        self._plot = Plot(power)
        self._rails: list[Rail] = []
        self._since: Optional[int] = None

    def show(self, gauges: tuple[Gauge, ...], since: Optional[int]) -> None:
        """Draw the newest values and the history's columns from ``since`` on; None draws all."""
        self._rails, self._since = rails(gauges), since
        self.redraw()
        self._since = None

    @property
    def has_value(self) -> bool:
        """Whether any meter gives watts, so that there is something to plot."""
        return any(not isinstance(rail.watts.value, Missing) for rail in self._rails)

    def caption(self) -> str:
        """The meter."""
        return plain(self._rails[0].watts.channel.source) if self._rails else ""

    def content(self, width: int, height: int) -> Sequence[Row]:
        """A line for each supply, then the course of the first; the reason and what to do where there is no value."""
        if not self._rails:
            return [(("no power meter", "muted"),)]
        readable = [rail for rail in self._rails if not isinstance(rail.watts.value, Missing)]
        rows: list[Row] = [row for rail in self._rails for row in _rail_rows(rail, width, len(self._rails) > 1)]
        if readable and height - len(rows) >= 3:
            size = (width, height - len(rows))
            name = readable[0].watts.channel.name
            rows += self._plot.draw(self._history, [name], size, self.ascii, self._since)
        return rows


def _rail_rows(rail: Rail, width: int, titled: bool) -> list[Row]:
    title = f"{plain(rail.watts.channel.title)} " if titled else ""
    watts = rail.watts.value
    if isinstance(watts, Missing):
        reason = [((line, ""),) for line in wrap(plain(f"{title}{watts.reason}"), width)]
        return [*reason, *[((line, "muted"),) for line in wrap(plain(watts.hint), width)]]
    others = [gauge for gauge in (rail.volts, rail.amperes) if gauge is not None]
    spans = [(f"{quantity(gauge.value, gauge.channel.unit):>9}", "muted") for gauge in others]
    return [((title, "muted"), (f"{power(watts):<7}", "strong"), *spans)]
