"""Standard output as tables are set in it: no wider than the terminal, and one that nobody reads is left in silence."""

from __future__ import annotations

import sys
from typing import NoReturn

from rich.console import Console


class Output(Console):
    """Standard output, as wide as the terminal; ``wide`` columns where it is none."""

    def __init__(self, wide: int) -> None:
        super().__init__(width=None if sys.stdout.isatty() else wide, highlight=False)

    def on_broken_pipe(self) -> NoReturn:
        """Pass it on, to end as every other command does; rich would end the program with a code of its own."""
        raise  # the BrokenPipeError in which rich calls this
