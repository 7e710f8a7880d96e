"""The runs in the order of their speed: ranks, what standing beside the others costs, who is not beaten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from os.path import basename

from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN, RunFigures
from edgetop.units import ABSENT, duration
from edgetop.widgets.cells import Row, fit, fit_right, plain, wrap
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.pairs import order_of
from edgetop.widgets.pareto import Point, Quality
from edgetop.widgets.run_names import run_label, run_name, run_variant

RANK, LABEL, VARIANT, TIME, SHARE, FIGURE = 7, 5, 10, 11, 11, 19
"""Cells of the columns."""
ROOMY = 70
"""Cells from which on a line has all columns."""
LONGEST_NAME = 30
"""Cells of a run's name at most, so that its figures do not stand far from it."""


def penalty(run: RunFigures) -> Figure:
    """By which share a run's inferences take longer beside the others than alone."""
    alone, beside = run.alone_p50_ns, run.p50_ns
    if isinstance(alone, Missing):
        return alone
    if isinstance(beside, Missing):
        return beside
    return beside / alone - 1


def ranking(runs: Sequence[RunFigures], width: int) -> list[Row]:
    """A head and a line a run, the fastest first; runs that cannot be told apart share a rank."""
    alone = TIME if width >= ROOMY else 0
    name = min(LONGEST_NAME, width - RANK - LABEL - VARIANT - TIME - alone - SHARE)
    shared = Counter(run.rank for run in runs)
    titles = fit("rank", RANK) + " " * LABEL + fit("run", name) + " " * VARIANT
    numbers = fit_right("p50", TIME) + fit_right("alone", alone) + fit_right("residency", SHARE)
    rows: list[Row] = [((titles + numbers, "muted"),)]
    for place in order_of(runs):
        run = runs[place]
        rank = f"{run.rank}{' =' if shared[run.rank] > 1 else ''}" if run.rank else ABSENT
        rows.append(
            (
                (fit(rank, RANK), "good" if run.rank == 1 else ""),
                *_who(runs, place, name, VARIANT),
                (fit_right(duration(run.p50_ns), TIME), ""),
                (fit_right(duration(run.alone_p50_ns), alone), "muted"),
                (fit_right(_signed(penalty(run)), SHARE), ""),
            )
        )
    return [*rows, *_why_no_penalty(runs, width)]


def _who(runs: Sequence[RunFigures], place: int, name: int, variant: int) -> Row:
    """Label, name, precision and threads; the model too where there are several."""
    run, (label, ink) = runs[place], run_label(place)
    several = len({each.model for each in runs}) > 1
    called = f"{run_name(run)} {plain(basename(run.model))}" if several else run_name(run)
    return (
        (fit(label, LABEL), ink),
        (fit(fit(called, name - 1), name), "strong"),
        (fit(run_variant(run), variant), "muted"),
    )


def _signed(share: Figure) -> str:
    return ABSENT if isinstance(share, Missing) else f"{100 * share:+.1f} %"


def _why_no_penalty(runs: Sequence[RunFigures], width: int) -> list[Row]:
    """Where no run has one."""
    reasons = {missing_text(share) if isinstance(share, Missing) else "" for share in map(penalty, runs)}
    if len(reasons) != 1 or reasons & {"", UNKNOWN.reason}:
        return []
    return [((line, "muted"),) for line in wrap(f"residency – {reasons.pop()}", width)]


def missing_reasons(runs: Sequence[RunFigures]) -> dict[str, str]:
    """Why there is no verdict of a kind."""
    meters = [run.energy_j for run in runs if isinstance(run.energy_j, Missing) and run.energy_j != UNKNOWN]
    return {
        "latency": UNKNOWN.reason,
        "energy": missing_text(meters[0]) if meters else "needs two windows of energy of each run: the key e, --energy",
        "memory": UNKNOWN.reason,
        "accuracy": "no data set was looked at: --accuracy PATH",
    }


def legend(runs: Sequence[RunFigures], best: Sequence[Point], quality: Quality, width: int) -> list[Row]:
    """A line a run, the fastest first: its two figures, and whether no other one beats it."""
    unbeaten = {point.place for point in best}
    variant = VARIANT if width >= ROOMY else 0
    name = min(LONGEST_NAME, width - LABEL - variant - TIME - FIGURE - SHARE)
    rows: list[Row] = []
    for place in order_of(runs):
        run = runs[place]
        figure = fit_right(quality.line.text(run), FIGURE)
        rows.append(
            (
                *_who(runs, place, name, variant),
                (fit_right(duration(run.p50_ns), TIME), ""),
                (figure, "" if quality.line.has_value(run) else "muted"),
                ("  unbeaten" if place in unbeaten else "", "good"),
            )
        )
    return rows
