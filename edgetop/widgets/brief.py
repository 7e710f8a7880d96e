"""One line in the place of the panels for which a small terminal has no room: CPU, heat, limits, power, outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import Snapshot
from edgetop.readings import Missing
from edgetop.units import ABSENT, percent, power, quantity
from edgetop.widgets.bars import block
from edgetop.widgets.cells import Row, plain, row_width
from edgetop.widgets.gauges import cores, in_group, named, rails, session_rail
from edgetop.widgets.limits import NOW, ink, words
from edgetop.widgets.lines import Lines


class Brief(Lines):
    """The board, the meter and the outputs in one line."""

    DEFAULT_CSS = """
    Brief { height: 1; width: 1fr; }
    """

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._snapshot = Snapshot(0, "preparing")

    def show(self, snapshot: Snapshot) -> None:
        """Draw the snapshot's gauges and verdict."""
        self._snapshot = snapshot
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """As many parts as fit, the most wanted first."""
        whose = "".join(f"{plain(name)}  " for name in self._snapshot.sessions[:1])
        row: Row = ((f"  {whose}", "muted" if whose else ""),)
        for part in (self._cpu(), self._heat(), self._limits(), self._power(), self._label(), self._verdict()):
            longer: Row = (*row, *((("  ·  ", "grid"),) if len(row) > 1 else ()), *part)
            if part and row_width(longer) < width:
                row = longer
        return [row]

    def _cpu(self) -> Row:
        total = named(self._snapshot.gauges, "cpu.total")
        if total is None:
            return ()
        blocks = "".join(
            block(g.value / 100) for g in cores(self._snapshot.gauges)[:16] if not isinstance(g.value, Missing)
        )
        return ("CPU ", "muted"), (f"{percent(total.value):>5} ", ""), (blocks, "bar")

    def _heat(self) -> Row:
        values = [g for g in in_group(self._snapshot.gauges, "heat") if not isinstance(g.value, Missing)]
        return ((quantity(values[0].value, values[0].channel.unit), ""),) if values else ()

    def _limits(self) -> Row:
        gauge = named(self._snapshot.gauges, NOW)
        bits = 0 if gauge is None or isinstance(gauge.value, Missing) else int(gauge.value)
        return ((", ".join(words(bits)), ink(bits)),) if bits else ()

    def _power(self) -> Row:
        rail = session_rail(rails(self._snapshot.gauges), self._snapshot.power)
        if rail is None:
            return ()
        watts, covers = rail.watts.value, plain(rail.watts.channel.covers)
        if isinstance(watts, Missing):
            return ("power ", "muted"), (f"{ABSENT} {plain(watts.reason)}", "muted")
        return ("power ", "muted"), (power(watts), ""), (f" {covers}" if covers else "", "muted")

    def _label(self) -> Row:
        labels = next((run.labels for run in self._snapshot.runs if run.labels), ())
        return ((f"{plain(labels[0][0])} {labels[0][1]:.2f}", ""),) if labels else ()

    def _verdict(self) -> Row:
        return ((plain(self._snapshot.verdict), "muted"),) if self._snapshot.verdict else ()
