"""The heat panel: temperatures, clocks asked for and true, what limits the board now and did before, pressure; where
there is room, the course of the temperature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Callable, Optional

from edgetop.protocol import Gauge
from edgetop.readings import Missing
from edgetop.units import ABSENT, percent, quantity
from edgetop.widgets.cells import Row, fit, flow, plain, row_width, wrap
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.gauges import in_group, named
from edgetop.widgets.history import History
from edgetop.widgets.limits import NOW, SINCE, ink, letters, words
from edgetop.widgets.plot import Plot
from edgetop.widgets.pointed import PointedPanel
from edgetop.widgets.sparkline import sparkline
from edgetop.widgets.time_view import TimeView, shown

HEAD = 10
"""Cells of the rows' titles."""
GAP = "  "
TRUE = "clock.true"
MOST_CLOCKS = 3
"""Of more groups of cores only the least and the greatest clock is told."""
SAME_CLOCK = 0.05
"""A true clock that differs by more from the one asked for is marked."""
BEFORE = len(" before")
LONGEST_LINE = 30
"""Cells of the temperature's course in a line of blocks."""
LEAST_PLOT = 7
"""Rows of a chart of it, from which on it stands in the place of that line."""

_GOVERNOR = re.compile(r"governor (\w+)")


class Heat(PointedPanel):
    """How warm the board is, how fast it runs, and what holds it back."""

    NUMBER = "4"
    TITLE = "Heat and clock"

    def __init__(self, history: History, id: Optional[str] = None) -> None:
        super().__init__(Plot(_degrees, lettered=False), id=id)
        self._history = history
        self._memory: Optional[History] = None
        """What the plot shows, where there is room for it."""
        self._gauges: tuple[Gauge, ...] = ()
        self._view = TimeView()

    def show(self, gauges: tuple[Gauge, ...], view: TimeView = TimeView()) -> None:  # noqa: B008  frozen
        """Draw the newest values, and of the temperature what the view has."""
        self._gauges, self._view = gauges, view
        self.redraw()

    def caption(self) -> str:
        """The governor, which asks for the clock; how warm it was at the moment under the pointer."""
        course = self._course()
        if self._memory is not None and course is not None and self.pointed is not None:
            point = self.read(self._memory.series[course])
            return f"{ABSENT if point is None else _degrees(point[1], 0)} {self.moment(self._memory)}"
        governors = dict.fromkeys(
            found[1] for gauge in in_group(self._gauges, "clock") if (found := _GOVERNOR.search(gauge.channel.source))
        )
        return f"governor {', '.join(governors)}" if governors else ""

    def content(self, width: int, height: int) -> Sequence[Row]:
        """A group a line, or more where they are short of room; the groups without a value last, with the reason."""
        rows = self._groups(width, height, self._line)
        course = self._course()
        if course is None or height - len(rows) < LEAST_PLOT:
            self._memory = None
            return rows
        rows = self._groups(width, height, lambda room: "")
        size = width, height - len(rows)
        self._memory = shown(self._history, self._view, [course])
        return [*rows, *self._plot.draw(self._memory, [course], size, self.ascii, None)]

    def _course(self) -> Optional[str]:
        """The temperature whose course is known: the first that has a value."""
        heat = next((g for g in in_group(self._gauges, "heat") if not isinstance(g.value, Missing)), None)
        return heat.channel.name if heat is not None and heat.channel.name in self._history.series else None

    def _line(self, room: int) -> str:
        """That course in blocks, in so much room."""
        course = self._course()
        return "" if course is None else sparkline(self._history.series[course], self._history, room)

    def _groups(self, width: int, height: int, line: Callable[[int], str]) -> list[Row]:
        room = max(1, width - HEAD)
        known: list[list[Row]] = []
        absent: list[Row] = []
        for title, group, entries in (
            ("heat", "heat", self._temperatures(room, line)),
            ("clock", "clock", self._clocks()),
            ("limits", "throttle", self._limits(room)),
            ("pressure", "pressure", self._pressures()),
        ):
            if entries:
                known.append(_titled(title, flow(entries, room, GAP)))
            else:
                absent += _absent(title, in_group(self._gauges, group), room)
        return [*_shortened(known, height), *absent] or [(("no sensor", "muted"),)]

    def _temperatures(self, room: int, line: Callable[[int], str]) -> list[Row]:
        gauges = [g for g in in_group(self._gauges, "heat") if not isinstance(g.value, Missing)]
        entries: list[Row] = [
            (*(((f"{plain(g.channel.title)} ", "muted"),) if len(gauges) > 1 else ()), (_value(g), "")) for g in gauges
        ]
        course = line(min(LONGEST_LINE, room - row_width(entries[0]) - 1)) if entries else ""
        if course:
            entries[0] = (*entries[0], (f" {course}", "bar"))
        return entries

    def _clocks(self) -> list[Row]:
        gauges = [g for g in in_group(self._gauges, "clock") if not isinstance(g.value, Missing)]
        asked = [g for g in gauges if g.channel.name != TRUE]
        true = named(gauges, TRUE)
        entries: list[Row] = [((text, ""),) for text in _asked(asked)]
        if true is not None and not isinstance(true.value, Missing):
            apart = bool(asked) and not any(_near(true.value, g.value) for g in asked)
            entries.append((("true ", "muted"), (_value(true), "warn" if apart else "")))
        return entries

    def _limits(self, room: int) -> list[Row]:
        now, since = _bits(named(self._gauges, NOW)), _bits(named(self._gauges, SINCE))
        if now is None:
            return []
        entries: list[Row] = [((word, ink(now)),) for word in words(now)] or [(("none now", ""),)]
        before = (since or 0) & ~now
        if before:
            told = ", ".join(words(before))
            entries.append(_before(told if len(told) + BEFORE <= room else " ".join(letters(before)), before))
        return entries

    def _pressures(self) -> list[Row]:
        gauges = [g for g in in_group(self._gauges, "pressure") if not isinstance(g.value, Missing)]
        return [((f"{g.channel.name.partition('.')[2]} ", "muted"), (f"{percent(g.value):>5}", "")) for g in gauges]


def _degrees(value: float, digits: int) -> str:
    return f"{value:.0f} °C"


def _before(text: str, bits: int) -> Row:
    return ((text, ink(bits)), (" before", "muted"))


def _shortened(groups: list[list[Row]], height: int) -> list[Row]:
    """All rows, but of the longest groups fewer where there are more than ``height``."""
    while sum(map(len, groups)) > height and max(map(len, groups)) > 1:
        max(groups, key=len).pop()
    return [row for rows in groups for row in rows]


def _titled(title: str, rows: Sequence[Row]) -> list[Row]:
    titles = [title, *[""] * (len(rows) - 1)]
    return [((fit(text, HEAD), "muted"), *row) for text, row in zip(titles, rows)]


def _absent(title: str, gauges: Sequence[Gauge], room: int) -> list[Row]:
    """The reason why the group has no value; nothing where there is no such group."""
    reason = next((missing_text(g.value) for g in gauges if isinstance(g.value, Missing)), "")
    return _titled(title, [((line, "muted"),) for line in wrap(f"{ABSENT} {reason}", room)]) if reason else []


def _value(gauge: Gauge) -> str:
    return quantity(gauge.value, gauge.channel.unit)


def _asked(gauges: Sequence[Gauge]) -> list[str]:
    if len(gauges) <= MOST_CLOCKS:
        return [_value(gauge) for gauge in gauges]
    values = [gauge.value for gauge in gauges if not isinstance(gauge.value, Missing)]
    return [f"{quantity(min(values), 'Hz')} to {quantity(max(values), 'Hz')}"]


def _near(one: float, other: object) -> bool:
    return isinstance(other, (int, float)) and abs(one - other) <= SAME_CLOCK * one


def _bits(gauge: Optional[Gauge]) -> Optional[int]:
    return None if gauge is None or isinstance(gauge.value, Missing) else int(gauge.value)
