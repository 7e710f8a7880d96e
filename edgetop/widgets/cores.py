"""The board panel: a bar a core, and below it memory and whatever other packages' probes give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import Gauge
from edgetop.readings import Missing
from edgetop.units import ABSENT, percent, quantity
from edgetop.widgets.bars import bar, block
from edgetop.widgets.cells import Row, Span, fit_right, flow, plain
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.gauges import cores, named
from edgetop.widgets.panel import Panel

NARROWEST_BAR = 15
"""Cells of a core's number, bar and per cent; with less for each, a core is one block."""
SHOWN_ELSEWHERE = ("cpu", "power", "run", "heat", "clock", "throttle", "pressure")


class Cores(Panel):
    """How busy the cores are, and the board's other gauges."""

    NUMBER = "3"
    TITLE = "Board"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._gauges: tuple[Gauge, ...] = ()
        self._machine = ""

    def name_machine(self, machine: str) -> None:
        """Say which board this is."""
        self._machine = plain(machine)
        self.redraw()

    def show(self, gauges: tuple[Gauge, ...]) -> None:
        """Draw the newest values."""
        self._gauges = gauges
        self.redraw()

    def caption(self) -> str:
        """The board's name."""
        return self._machine

    def content(self, width: int, height: int) -> Sequence[Row]:
        """All cores, folded into columns where they are many, then the other gauges, those without a value last."""
        others = [g for g in self._gauges if g.channel.name.split(".", 1)[0] not in SHOWN_ELSEWHERE]
        known = flow([_entry(g) for g in others if not isinstance(g.value, Missing)], width, "   ")
        missing = [_entry(g) for g in others if isinstance(g.value, Missing)]
        total = named(self._gauges, "cpu.total")
        head = [] if total is None else [_core_row("all", total.value, width)]
        room = max(1, height - len(head) - len(known))
        return [*head, *_core_rows(cores(self._gauges), width, room), *known, *missing]


def _entry(gauge: Gauge) -> Row:
    title = (f"{plain(gauge.channel.title)} ", "muted")
    if isinstance(gauge.value, Missing):
        return title, (f"{ABSENT} {missing_text(gauge.value)}", "muted")
    return title, (quantity(gauge.value, gauge.channel.unit), "")


def _core_row(name: str, value: object, width: int) -> Row:
    if not isinstance(value, (int, float)):
        return (fit_right(name, 3), "muted"), (f" {ABSENT}".ljust(width - 3), "muted")
    filled, rest = bar(value / 100, width - 10, "bar")
    return (fit_right(name, 3) + " ", "muted"), filled, rest, (fit_right(percent(value), 6), "")


def _core_rows(gauges: Sequence[Gauge], width: int, room: int) -> list[Row]:
    if not gauges:
        return []
    columns = -(-len(gauges) // room)
    column = (width + 2) // columns - 2
    if column < NARROWEST_BAR:
        return _block_rows(gauges, width)
    depth = -(-len(gauges) // columns)
    rows = []
    for y in range(depth):
        spans: list[Span] = []
        for gauge in gauges[y::depth]:
            spans += [*([("  ", "")] if spans else []), *_core_row(gauge.channel.name[4:], gauge.value, column)]
        rows.append(tuple(spans))
    return rows


def _block_rows(gauges: Sequence[Gauge], width: int) -> list[Row]:
    blocks = [ABSENT if isinstance(g.value, Missing) else block(g.value / 100) for g in gauges]
    return [(("".join(blocks[at : at + width]), "bar"),) for at in range(0, len(blocks), width)]
