"""What a terminal too small for panels shows: what it would take, and the median of each run as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.run_figures import RunFigures
from edgetop.units import duration
from edgetop.widgets.cells import Row, wrap
from edgetop.widgets.lines import Lines
from edgetop.widgets.run_names import run_label, run_name

NEEDED_COLUMNS = 60
NEEDED_ROWS = 16


class TooSmall(Lines):
    """One line that asks for room, then a line a run."""

    DEFAULT_CSS = """
    TooSmall { width: 1fr; height: 1fr; }
    """

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._runs: tuple[RunFigures, ...] = ()

    def show(self, runs: tuple[RunFigures, ...]) -> None:
        """Draw the medians of ``runs``."""
        self._runs = runs
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """The medians come first where not even the request fits above them."""
        screen = self.app.size
        request = f"edgetop needs {NEEDED_COLUMNS}x{NEEDED_ROWS}; this is {screen.width}x{screen.height}"
        asking: list[Row] = [((line, "warn"),) for line in wrap(request, width)]
        medians: list[Row] = [
            (run_label(place), (f" {run_name(run)} p50 ", ""), (duration(run.p50_ns), "strong"))
            for place, run in enumerate(self._runs)
        ]
        return [*asking, *medians] if height >= len(asking) + len(medians) else [*medians, *asking]
