"""Two recorded sessions against each other: which runs belong together, what differs, and by how much."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from edgetop.analysis.comparison import Ratio, of_quantities
from edgetop.analysis.unpaired import of_intervals
from edgetop.errors import UsageError
from edgetop.protocol import Snapshot
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures
from edgetop.sessions.description import Description

NOT_INTERLEAVED = (
    "not interleaved: two sessions, so what changed between them is in the ratios and not in their intervals"
)
_NO_INTERVAL = Missing("no interval is known of it")


@dataclass(frozen=True)
class Session:
    """One of the two: its file, what it is of, and what it ended in."""

    path: str
    description: Description
    snapshot: Snapshot


@dataclass(frozen=True)
class Line:
    """A figure of both, in its unit; ``ratio`` is of B to A, and its ends are Missing where no interval is known."""

    name: str
    first: Figure
    second: Figure
    ratio: Figure
    low: Figure
    high: Figure


@dataclass(frozen=True)
class Pair:
    """A run of A and the one of B that belongs to it."""

    first: RunFigures
    second: RunFigures
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Compared:
    """What can be said of the two, with a warning for each difference that may be the reason."""

    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]


def compared(first: Session, second: Session) -> Compared:
    """The two against each other; raises UsageError where they have no run in common."""
    matched = _matched(first.snapshot.runs, second.snapshot.runs)
    if not matched:
        _refuse(first, second)
    pairs = tuple(Pair(one, other, _lines(one, other)) for one, other in matched)
    return Compared(pairs, (*_of_sessions(first, second), *_of_runs(matched), *_left_out(first, second, matched)))


def _model(run: RunFigures) -> str:
    return os.path.basename(run.model)


def _way(run: RunFigures) -> tuple[str, ...]:
    return (_model(run), run.framework, run.variant, os.path.basename(run.delegate))


def _matched(first: tuple[RunFigures, ...], second: tuple[RunFigures, ...]) -> list[tuple[RunFigures, RunFigures]]:
    """Runs that were done alike; then those of one model and framework, where there is one of each left."""
    left, right = [run for run in first if run.count], [run for run in second if run.count]
    found: list[tuple[RunFigures, RunFigures]] = []
    keys: list[Callable[[RunFigures], object]] = [lambda run: (*_way(run), run.precision, run.threads), _way]
    for key in keys:
        for one in list(left):
            alike = [other for other in right if key(other) == key(one)]
            if len(alike) == 1 and sum(key(each) == key(one) for each in left) == 1:
                found.append((one, alike[0]))
                left.remove(one)
                right.remove(alike[0])
    return sorted(found, key=lambda pair: pair[0].run)


def _refuse(first: Session, second: Session) -> None:
    models = [sorted({_model(run) for run in each.snapshot.runs}) for each in (first, second)]
    if not set(models[0]) & set(models[1]):
        raise UsageError(
            f"These sessions cannot be compared: A is of {', '.join(models[0])}, B of {', '.join(models[1])}",
            "Name two sessions of one model",
        )
    ways = [", ".join(run.title for run in each.snapshot.runs) for each in (first, second)]
    raise UsageError(
        f"These sessions cannot be compared: no run of A ({ways[0]}) is one of B ({ways[1]})",
        "Name two sessions with a framework in common, and inferences of it in both",
    )


def _lines(first: RunFigures, second: RunFigures) -> tuple[Line, ...]:
    p50 = of_intervals(first.p50_ns, first.ci95_p50_ns, second.p50_ns, second.ci95_p50_ns)
    lines = [_line("p50_ns", first.p50_ns, second.p50_ns, p50)]
    for name in ("p90_ns", "p99_ns", "mean_ns", "rate_ips", "cpu_percent", "peak_rss_bytes"):
        lines.append(_line(name, getattr(first, name), getattr(second, name), _NO_INTERVAL))
    lines.append(_line("energy_j", first.energy_j, second.energy_j, _energy(first, second)))
    return tuple(lines)


def _energy(first: RunFigures, second: RunFigures) -> Union[Ratio, Missing]:
    figures = (first.energy_j, first.energy_u95_j, second.energy_j, second.energy_u95_j)
    numbers = [value for value in figures if not isinstance(value, Missing)]
    if len(numbers) < len(figures) or numbers[0] <= 0 or numbers[2] <= 0:
        return _NO_INTERVAL
    return of_quantities((numbers[0], numbers[1]), (numbers[2], numbers[3]))


def _line(name: str, first: Figure, second: Figure, ratio: Union[Ratio, Missing]) -> Line:
    if isinstance(first, Missing) or isinstance(second, Missing) or first <= 0:
        why = next((value for value in (first, second) if isinstance(value, Missing)), _NO_INTERVAL)
        return Line(name, first, second, why, why, why)
    if isinstance(ratio, Missing):
        return Line(name, first, second, second / first, ratio, ratio)
    return Line(name, first, second, ratio.value, ratio.low, ratio.high)


def _of_sessions(first: Session, second: Session) -> list[str]:
    """What differs of the sessions as a whole, a sentence each."""
    one, other = first.description, second.description
    told = [
        *((f"machine, {key}", one.machine.get(key, ""), other.machine.get(key, "")) for key in _keys(one, other)),
        ("edgetop", one.edgetop_version, other.edgetop_version),
        ("input", one.plan.input, other.plan.input),
        ("load", str(one.plan.load.kind), str(other.plan.load.kind)),
        ("power source", _source(one, one.power), _source(other, other.power)),
        ("clock", _governor(one), _governor(other)),
    ]
    found = [_differs(what, str(a), str(b)) for what, a, b in told if a != b]
    if one.plan.load.kind == other.plan.load.kind and one.plan.load != other.plan.load:
        found.append("the load's rate, share or deadline differs")
    return found


def _keys(first: Description, second: Description) -> list[str]:
    return sorted({*first.machine, *second.machine})


def _source(description: Description, channel: int) -> str:
    return next((each.source or each.title for each in description.channels if each.id == channel), "")


def _governor(description: Description) -> str:
    """Where the clock is from, which names the governor."""
    return next((each.source for each in description.channels if each.name.startswith("clock.")), "")


def _of_runs(pairs: list[tuple[RunFigures, RunFigures]]) -> list[str]:
    found = []
    for one, other in pairs:
        for what, name in (
            ("version", "version"),
            ("precision", "precision"),
            ("threads", "threads"),
            ("weights", "weights"),
            ("delegate's options", "delegate_options"),
        ):
            a, b = getattr(one, name), getattr(other, name)
            if a != b:
                found.append(_differs(f"{one.title}, {what}", str(a), str(b)))
    return found


def _left_out(first: Session, second: Session, pairs: list[tuple[RunFigures, RunFigures]]) -> list[str]:
    found = []
    for letter, session, place in (("A", first, 0), ("B", second, 1)):
        used = {pair[place].run for pair in pairs}
        names = [run.title for run in session.snapshot.runs if run.run not in used]
        if names:
            found.append(f"only in {letter}: {', '.join(names)}")
    return found


def _differs(what: str, first: str, second: str) -> str:
    return f"{what} differs: A {first or 'none'}, B {second or 'none'}"
