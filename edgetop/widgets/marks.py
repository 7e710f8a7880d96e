"""Letters before figures that there is something to know of, and what stands below the table of each letter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.cells import plain

SPIKE = "outliers, more than 3 interquartile ranges above the third quartile"


@dataclass(frozen=True)
class Mark:
    """A letter, the fields of RunFigures it concerns, what it means, and what it says of a run: nothing where it has
    none of it."""

    letter: str
    fields: tuple[str, ...]
    words: str
    of: Callable[[RunFigures], str]


def _counted(part: int, whole: int) -> str:
    return f"{part} of {whole}" if part else ""


def _held_back(run: RunFigures) -> str:
    return _counted(run.throttled, run.count) if not run.leaves_out_throttled else ""


THROTTLED = Mark("t", ("p50_ns",), "inferences while throttled", _held_back)
MARKS = (
    Mark("u", ("p50_ns",), "has not come to rest", lambda run: plain(run.unsteady)),
    Mark("w", ("p50_ns",), "samples that waited for a core", lambda run: _counted(run.contended, run.count)),
    Mark("o", ("p99_ns", "mean_ns"), SPIKE, lambda run: _counted(run.outliers, run.count)),
)


def letters_of(field: str, run: RunFigures) -> str:
    """The letters of all that concerns a run's figure: ``uw``; none of one that is missing."""
    if isinstance(getattr(run, field, None), Missing):
        return ""
    return "".join(mark.letter for mark in (THROTTLED, *MARKS) if field in mark.fields and mark.of(run))


def marked(text: str, field: str, run: RunFigures, room: float) -> str:
    """The figure's text with its letters before it, if only as many as there is room for."""
    letters = letters_of(field, run)
    if not letters:
        return text
    for before in (f"{letters} ", letters, *(letters[:size] for size in range(len(letters) - 1, 0, -1))):
        if len(before) + len(text) <= room:
            return before + text
    return text


def mark_texts(runs: Sequence[RunFigures], names: Sequence[str]) -> list[str]:
    """A text a letter, with the runs that it concerns: ``w samples that waited for a core: A 3 of 400``."""
    texts = []
    for mark in MARKS:
        told = [f"{name} {mark.of(run)}" for run, name in zip(runs, names) if mark.of(run)]
        if told:
            texts.append(f"{mark.letter} {mark.words}: {', '.join(told)}")
    return texts
