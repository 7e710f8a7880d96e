"""How a run is called in every panel: a shape and a letter in its colour, then its framework."""

from __future__ import annotations

from edgetop.run_figures import RunFigures
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.cells import Span, plain

SHAPES = "●■▲◆▼○"
"""One for each series; with the letter they tell the runs apart without colour."""


def run_label(place: int) -> Span:
    """Shape and letter of the run at ``place`` in the snapshot, in its series' ink."""
    return (f"{SHAPES[place % len(SHAPES)]} {LETTERS[place % len(LETTERS)].upper()}", f"series-{place + 1}")


def run_title(run: RunFigures) -> str:
    """Its framework's title, or its short name."""
    return plain(run.title or run.framework)


def run_name(run: RunFigures) -> str:
    """The same, after the session where there are two."""
    return f"{plain(run.session)} {run_title(run)}".lstrip()


def run_variant(run: RunFigures) -> str:
    """Precision and threads: ``fp32 ×2``."""
    return f"{run.precision} ×{run.threads}"
