"""Letters before figures that there is something to know of, and what stands below the table of each letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.cells import plain

SPIKE = "outliers, more than 3 interquartile ranges above the third quartile"


def _always(run: RunFigures) -> bool:
    return True


@dataclass(frozen=True)
class Mark:
    """A letter, what it means, what it says of a run, nothing where it has none of it; and the fields of RunFigures
    that it concerns, each with whether it tells anything of that one."""

    letter: str
    words: str
    of: Callable[[RunFigures], str]
    fields: Mapping[str, Callable[[RunFigures], bool]]

    def stands(self, field: str, run: RunFigures) -> bool:
        """Whether it stands before a run's figure, which is never one that is missing."""
        concerned = field in self.fields and not isinstance(getattr(run, field), Missing)
        return concerned and self.fields[field](run) and bool(self.of(run))

    def told(self, run: RunFigures) -> str:
        """What it says of a run with a figure that it stands before."""
        return self.of(run) if any(self.stands(field, run) for field in self.fields) else ""


def _counted(part: Figure, whole: int) -> str:
    return f"{part:.0f} of {whole}" if not isinstance(part, Missing) and part else ""


def _held_back(run: RunFigures) -> str:
    return _counted(run.throttled, run.count) if not run.leaves_out_throttled else ""


THROTTLED = Mark("t", "inferences while throttled", _held_back, {"p50_ns": _always})
MARKS = (
    Mark("u", "has not come to rest", lambda run: plain(run.unsteady), {"p50_ns": _always}),
    Mark(
        "w",
        "samples that waited for a core",
        lambda run: _counted(run.contended, run.count),
        {"p50_ns": lambda run: run.waiting_tells},
    ),
    Mark(
        "o",
        SPIKE,
        lambda run: _counted(run.outliers, run.count),
        {"p99_ns": lambda run: run.outliers_tell_of_p99, "mean_ns": lambda run: run.outliers_tell_of_mean},
    ),
)


def letters_of(field: str, run: RunFigures) -> str:
    """The letters of all that concerns a run's figure: ``uw``; none of one that is missing."""
    return "".join(mark.letter for mark in (THROTTLED, *MARKS) if mark.stands(field, run))


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
        told = [f"{name} {mark.told(run)}" for run, name in zip(runs, names) if mark.told(run)]
        if told:
            texts.append(f"{mark.letter} {mark.words}: {', '.join(told)}")
    return texts


def mark_counts(runs: Sequence[RunFigures]) -> list[str]:
    """A text a letter, with how many runs it concerns: ``w samples that waited for a core (3 of 40 runs)``."""
    concerned = [(mark, sum(bool(mark.told(run)) for run in runs)) for mark in (THROTTLED, *MARKS)]
    return [f"{mark.letter} {mark.words} ({count} of {len(runs)} runs)" for mark, count in concerned if count]
