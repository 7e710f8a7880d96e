"""Where the time of an inference goes: each operator's share of it, and the same operators across runs.

Imports no numpy: the screen makes its table by the same functions as the report without a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional, Union

from edgetop.protocol import Operators
from edgetop.readings import Figure, Missing

COMMON = 0.5
"""A run is set beside others where operators that take this share of its time are named as another run's."""
UNTIMED = Missing("its operators were not timed", "Add --operators, or press o on the screen")


@dataclass(frozen=True)
class OperatorShare:
    """One operator, in nanoseconds an inference, and its share of all operators together."""

    name: str
    type: str
    mean_ns: float
    calls: int
    start_ns: Optional[float]
    """Since the inference's begin; None where the framework does not tell."""
    order: int
    """Its place in the order of execution, from 0."""
    share: float
    cumulative: float
    """Of it and of all that take longer."""


@dataclass(frozen=True)
class Breakdown:
    """The operators of one run, those that take longest first."""

    told: Operators
    """What it is made of."""
    rows: tuple[OperatorShare, ...]
    types: tuple[tuple[str, float], ...]
    """The share of all operators of a type together, the longest first."""
    total_ns: float
    """Of all operators together."""
    coverage: Figure
    """``total_ns`` over the mean of the whole inferences they were timed in; more than 1 where some run at a time."""
    cost: Figure
    """The median inference with the operators timed over the median without."""


@dataclass(frozen=True)
class JoinedOperator:
    """An operator by its name in several runs."""

    name: str
    times_ns: tuple[Optional[float], ...]
    """One a run that was joined; None where it has no operator of that name."""
    place: float
    """Where it stands in the order of execution, 0 to 1."""


@dataclass(frozen=True)
class SideBySide:
    """The operators of several runs joined by name, those that take longest in any run first."""

    runs: tuple[int, ...]
    """The places of the runs that were joined; none where names have too little in common."""
    apart: tuple[int, ...]
    """The places of those that name their operators otherwise."""
    rows: tuple[JoinedOperator, ...]


def breakdown(operators: Optional[Operators]) -> Union[Breakdown, Missing]:
    """The table of one run's operators, or why there is none; None stands for a run that was not asked."""
    if operators is None:
        return UNTIMED
    if operators.missing or not operators.operators:
        return Missing(operators.missing or "the framework named no operator", operators.hint)
    total_ns = float(sum(row[2] for row in operators.operators))
    longest_first = sorted(enumerate(operators.operators), key=lambda item: -item[1][2])
    rows, before_ns = [], 0.0
    for order, (name, kind, mean_ns, calls, start_ns) in longest_first:
        before_ns += mean_ns
        share, cumulative = _ratio(mean_ns, total_ns), _ratio(before_ns, total_ns)
        rows.append(OperatorShare(name, kind, mean_ns, calls, start_ns, order, share, cumulative))
    return Breakdown(
        told=operators,
        rows=tuple(rows),
        types=_by_type(rows),
        total_ns=total_ns,
        coverage=_over(total_ns, operators.mean_ns),
        cost=_over(operators.p50_ns, operators.plain_p50_ns),
    )


def side_by_side(breakdowns: Sequence[Union[Breakdown, Missing]]) -> SideBySide:
    """The operators of all runs that have any, joined by name.

    Names are the neutral graph's where edgetop wrote the model. A run of which less than half the time is in names
    that another run has too is left apart: a row would set side by side what is not the same.
    """
    times = {place: _by_name(table) for place, table in enumerate(breakdowns) if isinstance(table, Breakdown)}
    joined = dict(times)
    while joined:
        least = min(joined, key=lambda place: _shared(place, joined))
        if _shared(least, joined) >= COMMON:
            break
        del joined[least]
    runs = tuple(joined)
    apart = tuple(place for place in times if place not in joined)
    names = dict.fromkeys(name for place in runs for name in joined[place])
    places = _places([table for place, table in enumerate(breakdowns) if place in joined])
    rows = [JoinedOperator(name, tuple(joined[p].get(name) for p in runs), places[name]) for name in names]
    rows.sort(key=lambda row: -max(ns for ns in row.times_ns if ns is not None))
    return SideBySide(runs, apart, tuple(rows))


def _by_type(rows: Sequence[OperatorShare]) -> tuple[tuple[str, float], ...]:
    totals: dict[str, float] = {}
    for row in rows:
        totals[row.type] = totals.get(row.type, 0.0) + row.share
    return tuple(sorted(totals.items(), key=lambda item: -item[1]))


def _by_name(table: Breakdown) -> dict[str, float]:
    totals: dict[str, float] = {}
    for row in table.rows:
        totals[row.name] = totals.get(row.name, 0.0) + row.mean_ns
    return totals


def _shared(place: int, joined: dict[int, dict[str, float]]) -> float:
    """The share of a run's time in operators whose names another run has too."""
    others = {name for other, names in joined.items() if other != place for name in names}
    own = joined[place]
    return _ratio(sum(ns for name, ns in own.items() if name in others), sum(own.values()))


def _places(tables: Sequence[Union[Breakdown, Missing]]) -> dict[str, float]:
    """Of each name, by the first run that has it."""
    places: dict[str, float] = {}
    for table in tables:
        if isinstance(table, Breakdown):
            for row in sorted(table.rows, key=lambda row: row.order):
                places.setdefault(row.name, row.order / len(table.rows))
    return places


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _over(part: Figure, whole: Figure) -> Figure:
    if isinstance(part, Missing):
        return part
    if isinstance(whole, Missing):
        return whole
    return part / whole if whole else Missing("no time was measured")
