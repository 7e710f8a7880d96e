"""The power panel: what the session's source gives and has drawn, its course, the other rails; or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import Gauge, Snapshot
from edgetop.readings import Missing, whose_watts
from edgetop.units import ABSENT, energy, power, quantity
from edgetop.widgets.cells import Row, exactly, fit_right, flow, plain, wrap
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.gauges import Rail, lone_volts, rails, session_rail
from edgetop.widgets.history import History
from edgetop.widgets.limits import legend
from edgetop.widgets.plot import Plot
from edgetop.widgets.pointed import PointedPanel
from edgetop.widgets.time_view import TimeView, shown

LEAST_PLOT = 3
OTHERS_SHARE = 3
"""Other rails may take a third of the room below the session's."""
COLUMN = 11
"""Cells of a value of the session's source."""
JOULES_A_WATT_HOUR = 3600.0


class Power(PointedPanel):
    """What the board draws."""

    NUMBER = "5"
    TITLE = "Power"

    def __init__(self, history: History, id: Optional[str] = None) -> None:
        super().__init__(Plot(power, lettered=False), id=id)
        self._history = history
        self._snapshot = Snapshot(0, "preparing")
        self._view = TimeView()
        self._rails: list[Rail] = []
        self._volts: list[Gauge] = []
        self._rail: Optional[Rail] = None
        self._memory = history

    def show(self, snapshot: Snapshot, since: Optional[int], view: TimeView = TimeView()) -> None:  # noqa: B008  frozen
        """Draw the newest values and the history's columns from ``since`` on; None draws all."""
        self._snapshot, self._view = snapshot, view
        self._since = None if since is None else since // view.zoom
        self._rails = rails(snapshot.gauges)
        self._volts = lone_volts(snapshot.gauges)
        self._rail = session_rail(self._rails, snapshot.power)
        self.redraw()
        self._since = None

    @property
    def has_value(self) -> bool:
        """Whether any meter gives watts, so that there is something to plot."""
        return any(rail.readable for rail in self._rails)

    def caption(self) -> str:
        """What the meter sees, and which it is; what it read at the moment under the pointer."""
        moment = self.moment(self._memory)
        if moment and self._rail is not None:
            series = self._memory.series.get(self._rail.watts.channel.name)
            point = self.read(series) if series is not None else None
            watts = ABSENT if point is None else power(point[1])
            return f"{watts} {moment}"
        return plain(whose_watts(self._rail.watts.channel)) if self._rail is not None else ""

    def hints(self) -> str:
        """What the letters below the plot are."""
        return legend(self._plot.limits, self.size.width - 6)

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The session's source, its course, the other rails; the reason and what to do where there is no value."""
        if self._rail is None:
            return [(("no power meter", "muted"),)]
        head = self._values(self._rail) if self._rail.readable else _absent(self._rail, width)
        head = [*head, *flow(self._sums(), width, "   ")]
        others = [rail for rail in self._rails if rail is not self._rail]
        if not self.has_value:
            return [*head, *(row for rail in others for row in _absent(rail, width, titled=True))]
        entries = [_entry(rail) for rail in others if rail.readable]
        below = flow([*entries, *map(_volts, self._volts)], width, "   ")
        most = (height - len(head)) // OTHERS_SHARE
        if len(below) > most:
            below = [*below[: most - 1], (*exactly(below[most - 1], width - 2), (" …", "muted"))] if most > 0 else []
        name, room = self._rail.watts.channel.name, height - len(head) - len(below)
        if room < LEAST_PLOT or name not in self._history.series:
            return [*head, *below]
        self._memory = shown(self._history, self._view, [name])
        plot = self._plot.draw(self._memory, [name], (width, room), self.ascii, self._since)
        return [*head, *plot, *below]

    def _values(self, rail: Rail) -> list[Row]:
        """Watts, volts, amperes."""
        gauges = [gauge for gauge in (rail.volts, rail.amperes) if gauge is not None]
        texts = [fit_right(quantity(gauge.value, gauge.channel.unit), COLUMN) for gauge in gauges]
        return [((f"{power(rail.watts.value):<8}", "strong"), *((text, "") for text in texts))]

    def _sums(self) -> list[Row]:
        """Joules since the session's start, and what idling draws; they stay when the meter has gone."""
        snapshot = self._snapshot
        parts: list[Row] = []
        if not isinstance(snapshot.drawn_j, Missing):
            hours = quantity(snapshot.drawn_j / JOULES_A_WATT_HOUR, "Wh")
            parts.append(((f"{energy(snapshot.drawn_j):<7}", ""), (f" {hours} drawn", "muted")))
        if not isinstance(snapshot.idle_w, Missing):
            cold = "" if isinstance(snapshot.idle_cold_w, Missing) else f" (cold {power(snapshot.idle_cold_w)})"
            parts.append((("idle ", "muted"), (f"{power(snapshot.idle_w)}{cold}", "")))
        return parts


def _absent(rail: Rail, width: int, titled: bool = False) -> list[Row]:
    watts = rail.watts.value
    if not isinstance(watts, Missing):
        return []
    if titled:
        told = f"{plain(rail.watts.channel.title)} – {missing_text(watts)}"
        return [((line, "muted"),) for line in wrap(told, width)]
    reason = [((line, ""),) for line in wrap(plain(watts.reason), width)]
    return [*reason, *[((line, "muted"),) for line in wrap(plain(watts.hint), width)]]


def _volts(gauge: Gauge) -> Row:
    return ((f"{plain(gauge.channel.title)} ", "muted"), (quantity(gauge.value, gauge.channel.unit), ""))


def _entry(rail: Rail) -> Row:
    channel = rail.watts.channel
    covers = f" {plain(channel.covers)}" if channel.covers else ""
    name = plain(channel.title).removesuffix(" power")  # watts are nothing else
    return ((f"{name} ", "muted"), (power(rail.watts.value), ""), (covers, "muted"))
