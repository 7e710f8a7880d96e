"""Two sessions in one snapshot: each is summed up for itself, on its own clock, and stands at its place on one axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.compared import verdicts
from edgetop.engine.series import COLUMN_NS
from edgetop.protocol import Columns, Gauge, Overview, Snapshot
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.samples import Batch, Int64s

_BESIDE = ("power", "heat")
"""Groups of gauges whose panels tell several of a kind apart by their titles."""
_OF_ONE = ("cpu", "throttle")
"""Groups whose panels draw those of one board: of the second, its processor's total alone is told."""


@dataclass(frozen=True)
class Part:
    """A session's place: what it is called, its start on its own clock, how far it is moved on, and which of its runs
    are shown as which."""

    name: str
    start_ns: int
    offset_ns: int
    runs: Mapping[int, int]
    first: bool

    def channel(self, name: str) -> str:
        """What a channel is called beside the other session's; empty where it is not shown."""
        group, _, rest = name.partition(".")
        if group == "run":
            return ""
        if self.first:
            return name
        called = self.name.replace(".", "_")
        if group in _BESIDE:
            return f"{group}.{called} {rest}"
        return "" if group in _OF_ONE and rest != "total" else f"{called}.{name}"

    def series(self, name: str) -> str:
        """What a chart's series is called; empty where it is not shown."""
        kind, _, run = name.partition(".")
        if kind != "latency":
            return self.channel(name)
        number = self.runs.get(int(run))
        return "" if number is None else f"latency.{number}"

    def overview(self, told: Overview) -> Overview:
        """The session's, in the names of the axis, its markers at their places there."""
        courses = {self.series(name): course for name, course in told.courses.items() if self.series(name)}
        markers = tuple(
            replace(
                mark,
                t_ns=mark.t_ns + self.offset_ns,
                title=f"{self.name} {mark.title}",
                run=None if mark.run is None else self.runs[mark.run],
            )
            for mark in told.markers
            if mark.run is None or mark.run in self.runs
        )
        return replace(told, courses=courses, markers=markers)


@dataclass(frozen=True)
class PairBatch(Batch):
    """A stretch of both: ``until_ns`` and events are the axis's, ``parts`` what each session has, on its own clock."""

    parts: tuple[Batch, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a snapshot of two sessions has beside their figures: which runs are compared, and what is to be minded."""

    pairs: tuple[tuple[int, int], ...]
    warnings: tuple[str, ...]
    other_watts: Optional[Missing] = None
    """Why the second session's energies are not set beside the first's, where their meters do not see the same."""


class PairAggregate:
    """All that was seen of both sessions so far, as ``Aggregate`` has it of one."""

    def __init__(self, parts: Sequence[Part], shown: Shown, aggregates: Sequence[Aggregate]) -> None:
        self._parts = tuple(parts)
        self._shown = shown
        self._aggregates = tuple(aggregates)
        self._until_ns = 0
        self._told: tuple[Snapshot, ...] = ()

    def add(self, batch: Batch) -> None:
        """Take in a batch of both, or one of neither, which brings nothing but the time."""
        self._until_ns = max(self._until_ns, batch.until_ns)
        came = batch.parts if isinstance(batch, PairBatch) else (Batch(0), Batch(0))
        for part, aggregate, each in zip(self._parts, self._aggregates, came):
            until_ns = part.start_ns + self._until_ns - part.offset_ns
            aggregate.add(replace(each, until_ns=until_ns))

    def settle(self) -> None:
        """Make blocks of the turns that are over."""
        for aggregate in self._aggregates:
            aggregate.settle()

    def forget_figures(self) -> None:
        """Have the next snapshot exact."""
        for aggregate in self._aggregates:
            aggregate.forget_figures()

    def copy(self) -> PairAggregate:
        """As it is now, to go on from."""
        twin = PairAggregate(self._parts, self._shown, [aggregate.copy() for aggregate in self._aggregates])
        twin._until_ns = self._until_ns
        return twin

    def undo(self, snapshot: Snapshot) -> None:
        """Take back the last snapshot, which did not reach the screen."""
        for aggregate, told in zip(self._aggregates, self._told):
            aggregate.undo(told)

    def renew(self) -> None:
        """Let the next snapshot hold the whole charts."""
        for aggregate in self._aggregates:
            aggregate.renew()

    def latencies(self) -> Iterator[tuple[int, Int64s, float]]:
        """Those of the runs that are shown, by the numbers that they have here."""
        for part, aggregate in zip(self._parts, self._aggregates):
            for run, durations, each in aggregate.latencies():
                if run in part.runs:
                    yield part.runs[run], durations, each

    def snapshot(self, *, final: bool = False) -> Snapshot:
        """What the screen draws now; each session's figures are those that its own replay has at its moment."""
        self._told = told = tuple(aggregate.snapshot(final=final) for aggregate in self._aggregates)
        each = list(zip(self._parts, told))
        runs = tuple(sorted((run for part, one in each for run in self._runs(part, one)), key=lambda run: run.run))
        first = told[0]
        return replace(
            first,
            t_ns=self._until_ns,
            state=next((one.state for one in told if one.state != "preparing"), "preparing"),
            runs=runs,
            gauges=tuple(gauge for part, one in each for gauge in _gauges(part, one)),
            columns=_columns(each),
            reset=any(one.reset for one in told),
            turn=None,
            verdict="; ".join(f"{part.name} {one.verdict}" for part, one in each if one.verdict),
            verdicts=verdicts([(runs[one], runs[other]) for one, other in self._shown.pairs]),
            sessions=tuple(part.name for part in self._parts),
            warnings=self._shown.warnings,
        )

    def _runs(self, part: Part, snapshot: Snapshot) -> Iterator[RunFigures]:
        other_watts = None if part.first else self._shown.other_watts
        for run in snapshot.runs:
            number = part.runs.get(run.run)
            if number is not None:
                known = run if other_watts is None else _without_energy(run, other_watts)
                yield replace(known, run=number, session=part.name, rank=0)


def _without_energy(run: RunFigures, why: Missing) -> RunFigures:
    return replace(
        run,
        power_w=why,
        energy_j=why,
        energy_u95_j=why,
        energy_net_j=why,
        energy_net_u95_j=why,
        energy_windows=0,
        energy_note="",
    )


def _gauges(part: Part, snapshot: Snapshot) -> Iterator[Gauge]:
    for gauge in snapshot.gauges:
        known = gauge.channel
        name = part.channel(known.name)
        told = part.first or known.name.partition(".")[0] in _BESIDE or not isinstance(gauge.value, Missing)
        if name and told:  # why one session has no value is enough
            covers = known.covers and f"{part.name} {known.covers}"
            yield replace(gauge, channel=replace(known, name=name, title=f"{part.name} {known.title}", covers=covers))


def _columns(each: Sequence[tuple[Part, Snapshot]]) -> Columns:
    """The new columns of both: where one begins further back, the other has nothing there."""
    firsts = [one.columns.first + part.offset_ns // COLUMN_NS for part, one in each]
    first = min((at for at, (_, one) in zip(firsts, each) if one.columns.series), default=firsts[0])
    series: dict[str, tuple[Optional[Any], ...]] = {}
    for at, (part, one) in zip(firsts, each):
        for name, points in one.columns.series.items():
            called = part.series(name)
            if called:
                series[called] = (*[None] * (at - first), *points)
    return Columns(first, COLUMN_NS, series)
