"""Two recorded sessions against each other: which runs belong together, what differs, and by how much."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Optional, Union

from edgetop.analysis.comparison import Ratio, of_quantities, times_as_fast, times_as_much
from edgetop.analysis.unpaired import of_intervals
from edgetop.engine.names import names
from edgetop.engine.verdicts import memory_ratio
from edgetop.errors import UsageError
from edgetop.readings import Channel, Figure, Missing, whose_watts
from edgetop.run_figures import RunFigures, Verdict
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader

NOT_INTERLEAVED = (
    "not interleaved: two sessions, so what changed between them is in the ratios and not in their intervals"
)
_JUDGES = "two sessions"
_NO_INTERVAL = Missing("no interval is known of it")
_WAYS = ("version", "precision", "threads", "weights", "delegate_options")
"""Fields of RunFigures in which two runs that belong together may differ."""
_HASH = 12
"""Digits of a hash that are told."""


@dataclass(frozen=True)
class Session:
    """One of the two: what it is called, its file, what it is of, its runs, and the hash of each one's weights."""

    name: str
    path: str
    description: Description
    runs: tuple[RunFigures, ...]
    weights: Mapping[int, str] = field(default_factory=dict)

    @property
    def power(self) -> Optional[Channel]:
        """The channel that its energy is made of, where it has one."""
        return next((each for each in self.description.channels if each.id == self.description.power), None)


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
    other_watts: Optional[Missing] = None
    """Why their energies do not compare, where their meters do not see the same."""


def weights_of(reader: SessionReader) -> dict[int, str]:
    """The hash of each run's weights, where it is known."""
    return {run.id: reader.weights(run.id) for run in reader.description.plan.runs}


def compared(first: Session, second: Session, named: str = "") -> Compared:
    """The two against each other; raises UsageError where they have no run in common.

    ``named`` says which runs, as ``A1,B2,A3,B1``: the first of A against the first of B, and so on.
    """
    matched = _named(first, second, named) if named else _matched(first.runs, second.runs)
    if not matched:
        _refuse(first, second)
    apart = _other_watts(first, second)
    pairs = tuple(Pair(one, other, _lines(one, other, apart)) for one, other in matched)
    left_out = () if named else _left_out(first, second, matched)
    warnings = (*_of_sessions(first, second), *_of_runs(first, second, matched), *left_out)
    return Compared(pairs, warnings, apart)


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


def _named(first: Session, second: Session, named: str) -> list[tuple[RunFigures, RunFigures]]:
    """The runs of a user's list; raises UsageError."""
    runs = {"A": first.runs, "B": second.runs}
    known = {f"{letter}{place}": run for letter, each in runs.items() for place, run in enumerate(each, 1)}
    words = named.upper().replace(" ", "").split(",")
    for word in words:
        if word not in known:
            there = ", ".join(f"{name} {run.title}" for name, run in known.items())
            raise UsageError(f"There is no run {word or 'without a name'} to compare", f"There are {there}")
    ones, others = ([known[word] for word in words if word[0] == letter] for letter in "AB")
    if len(ones) != len(others):
        raise UsageError("--runs names not as many runs of A as of B", "As in --runs A1,B2: each of A with one of B")
    return list(zip(ones, others))


def _refuse(first: Session, second: Session) -> None:
    models = [sorted({_model(run) for run in each.runs}) for each in (first, second)]
    if not set(models[0]) & set(models[1]):
        raise UsageError(
            f"These sessions cannot be compared: A is of {', '.join(models[0])}, B of {', '.join(models[1])}",
            "Name two sessions of one model",
        )
    ways = [", ".join(run.title for run in each.runs) for each in (first, second)]
    raise UsageError(
        f"These sessions cannot be compared: no run of A ({ways[0]}) is one of B ({ways[1]})",
        "Name two sessions with a framework in common, and inferences of it in both",
    )


def latency_ratio(first: RunFigures, second: RunFigures) -> Union[Ratio, Missing]:
    """Of the medians."""
    return of_intervals(first.p50_ns, first.ci95_p50_ns, second.p50_ns, second.ci95_p50_ns)


def _other_watts(first: Session, second: Session) -> Optional[Missing]:
    """Why the energies of two sessions do not compare, where their meters do not see the same."""
    seen = [channel.covers if channel is not None else "" for channel in (first.power, second.power)]
    if not all(seen) or seen[0] == seen[1]:
        return None
    return Missing(f"of different watts: {first.name} {seen[0]}, {second.name} {seen[1]}")


def _lines(first: RunFigures, second: RunFigures, apart: Optional[Missing]) -> tuple[Line, ...]:
    lines = [_line("p50_ns", first.p50_ns, second.p50_ns, latency_ratio(first, second))]
    for name in ("p90_ns", "p99_ns", "mean_ns", "rate_ips", "cpu_percent", "peak_rss_bytes"):
        lines.append(_line(name, getattr(first, name), getattr(second, name), _NO_INTERVAL))
    if apart is not None:
        lines.append(Line("energy_j", first.energy_j, second.energy_j, apart, apart, apart))
    else:
        lines.append(_line("energy_j", first.energy_j, second.energy_j, energy_ratio(first, second)))
    return tuple(lines)


def energy_ratio(first: RunFigures, second: RunFigures) -> Union[Ratio, Missing]:
    """Of gross energies, each with its uncertainty."""
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


def verdicts(pairs: Sequence[tuple[RunFigures, RunFigures]]) -> tuple[Verdict, ...]:
    """What can be said of each pair: of latency for all, of energy and memory where there are figures."""
    titles = names([run for pair in pairs for run in pair])
    found = []
    for pair, one, other in zip(pairs, titles[::2], titles[1::2]):
        ratio = latency_ratio(*pair)
        if isinstance(ratio, Missing):
            text = f"{one} and {other}: {ratio.reason}"
            found.append(Verdict("latency", pair[0].run, pair[1].run, text, ratio, ratio, ratio))
        else:
            found.append(_verdict("latency", pair, ratio, times_as_fast(one, other, ratio, _JUDGES)))
        for kind, known in (("energy", energy_ratio(*pair)), ("memory", memory_ratio(*pair))):
            if isinstance(known, Ratio):
                found.append(_verdict(kind, pair, known, times_as_much(one, other, kind, known, _JUDGES)))
    return tuple(found)


def _verdict(kind: str, pair: tuple[RunFigures, RunFigures], ratio: Ratio, text: str) -> Verdict:
    return Verdict(kind, pair[0].run, pair[1].run, text, ratio.value, ratio.low, ratio.high)


def _of_sessions(first: Session, second: Session) -> list[str]:
    """What differs of the sessions as a whole, a sentence each."""
    one, other = first.description, second.description
    told = [
        *((f"machine, {key}", one.machine.get(key, ""), other.machine.get(key, "")) for key in _keys(one, other)),
        ("edgetop", one.edgetop_version, other.edgetop_version),
        ("input", one.plan.input, other.plan.input),
        ("load", str(one.plan.load.kind), str(other.plan.load.kind)),
        ("power source", _source(first.power), _source(second.power)),
        ("clock", _governor(one), _governor(other)),
    ]
    names = first.name, second.name
    found = [_differs(what, names, str(a), str(b)) for what, a, b in told if a != b]
    if one.plan.load.kind == other.plan.load.kind and one.plan.load != other.plan.load:
        found.append("the load's rate, share or deadline differs")
    return found


def _keys(first: Description, second: Description) -> list[str]:
    return sorted({*first.machine, *second.machine})


def _source(channel: Optional[Channel]) -> str:
    return "" if channel is None else whose_watts(channel) or channel.title


def _governor(description: Description) -> str:
    """Where the clock is from, which names the governor."""
    return next((each.source for each in description.channels if each.name.startswith("clock.")), "")


def _of_runs(first: Session, second: Session, pairs: Sequence[tuple[RunFigures, RunFigures]]) -> list[str]:
    names = first.name, second.name
    found = []
    for one, other in pairs:
        told = [("model", _model(one), _model(other)), ("framework", one.title, other.title)]
        ways = [way for way in _WAYS if way != "version" or one.framework == other.framework]
        told += [(way.replace("_", " "), _text(getattr(one, way)), _text(getattr(other, way))) for way in ways]
        hashes = first.weights.get(one.run, ""), second.weights.get(other.run, "")
        if all(hashes):
            told.append(("weights, SHA-256", hashes[0][:_HASH], hashes[1][:_HASH]))
        found += [_differs(f"{one.title}, {what}", names, a, b) for what, a, b in told if a != b]
    return found


def _text(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _left_out(first: Session, second: Session, pairs: Sequence[tuple[RunFigures, RunFigures]]) -> list[str]:
    found = []
    for session, place in ((first, 0), (second, 1)):
        used = {pair[place].run for pair in pairs}
        titles = [run.title for run in session.runs if run.run not in used]
        if titles:
            found.append(f"only in {session.name}: {', '.join(titles)}")
    return found


def _differs(what: str, names: tuple[str, str], first: str, second: str) -> str:
    return f"{what} differs: {names[0]} {first or 'none'}, {names[1]} {second or 'none'}"
