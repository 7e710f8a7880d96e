"""How right the runs are, without a screen: rows of a table, and what a table has no room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from edgetop import units
from edgetop.engine.names import names
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures

ROWS = ("top-1", "top-5", "mAP", "mAP50")
TOLD_FAULTS = 3


def accuracy_rows(run: RunFigures) -> list[tuple[str, str]]:
    """A row a figure, all of them whether there are numbers or not; shares with their 95 % intervals."""
    texts = (
        _share(run.top1, run.top1_ci95),
        _share(run.top5, run.top5_ci95),
        _precision(run.mean_ap),
        _precision(run.mean_ap50),
    )
    return list(zip(ROWS, texts))


def accuracy_notes(runs: Sequence[RunFigures]) -> list[str]:
    """Over which pictures, how they were prepared, and which were left out; nothing where there is no data set."""
    told = [(name, run) for name, run in zip(names(runs), runs) if run.data_set]
    notes = list(dict.fromkeys(f"{run.data_set}, preprocessing {run.recipe[:12]}" for _, run in told))
    notes += [
        f"{name}: {run.pictures} of {run.pictures_of} pictures: the rest is for another time"
        for name, run in told
        if run.pictures + run.left_out < run.pictures_of
    ]
    for run in {run.faults: run for _, run in told if run.left_out}.values():
        more = f", and {run.left_out - TOLD_FAULTS} more" if run.left_out > TOLD_FAULTS else ""
        notes.append(f"pictures left out, {run.left_out}: {'; '.join(run.faults[:TOLD_FAULTS])}{more}")
    return notes


def _share(value: Figure, interval: Union[tuple[float, float], Missing]) -> str:
    if isinstance(value, Missing) or isinstance(interval, Missing):
        return units.ABSENT
    low, high = interval
    return f"{100 * value:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def _precision(value: Figure) -> str:
    return units.ABSENT if isinstance(value, Missing) else f"{100 * value:.2f} %"
