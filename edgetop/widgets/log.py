"""The output panel: the last lines the frameworks wrote on their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import LogLines
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.cells import Row, plain
from edgetop.widgets.panel import Panel

KEPT_LINES = 200


class Log(Panel):
    """Standard output and error of the workers, newest at the bottom."""

    NUMBER = "7"
    TITLE = "Log"

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._lines: deque[tuple[int, str]] = deque(maxlen=KEPT_LINES)
        self._places: tuple[int, ...] = ()

    def show(self, log: LogLines) -> None:
        """Add lines."""
        self._lines.extend((log.run, plain(line).rstrip()) for line in log.lines)
        self.redraw()

    def know(self, runs: tuple[int, ...]) -> None:
        """Learn the order of the runs, which gives their letters."""
        if runs != self._places:
            self._places = runs
            self.redraw()

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self.redraw()

    def caption(self) -> str:
        """Whose lines these are."""
        return "the frameworks' own output"

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The last lines, each behind the letter of its run."""
        if not self._lines:
            return [(("nothing so far", "muted"),)]
        return [self._row(run, line) for run, line in list(self._lines)[-height:]] if height else []

    def _row(self, run: int, line: str) -> Row:
        if run not in self._places:
            return ((line, ""),)
        place = self._places.index(run)
        return (f"{LETTERS[place].upper()} ", f"series-{place + 1}"), (line, "")
