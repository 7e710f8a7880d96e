"""A matrix as ``edgetop.bench/1``: the result of each of its runs, and the scores over all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Union

from edgetop.analysis.early_stopping import SingleStream, single_stream
from edgetop.backends.registry import run_title
from edgetop.engine.matrix import Group, Matrix
from edgetop.engine.matrix_scores import roofline, scores
from edgetop.engine.result import plain, result
from edgetop.plan import RunSpec
from edgetop.protocol import Operators, Snapshot
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures

SCHEMA = "edgetop.bench/1"
NOT_YET = "not measured yet"


@dataclass(frozen=True)
class Measured:
    """A group with what its session ended in; None where there is no session yet."""

    group: Group
    file: str = ""
    snapshot: Optional[Snapshot] = None
    machine: Mapping[str, Union[str, int]] = dataclasses.field(default_factory=dict)
    operators: Mapping[int, Operators] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One run of one round: its figures, or why there are none."""

    spec: RunSpec
    round: int
    title: str
    file: str = ""
    run: Optional[RunFigures] = None
    entry: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Its part of ``edgetop.result/1``."""
    why: str = ""
    processes: tuple[float, ...] = ()
    """The medians in nanoseconds of the processes that it was measured in, of which this is the middle one."""

    @property
    def spread(self) -> Figure:
        """By what share the slowest process's median lies above the fastest's."""
        if len(self.processes) < 2:
            return Missing("it was measured in one process")
        return max(self.processes) / min(self.processes) - 1

    @property
    def stream(self) -> Optional[SingleStream]:
        """As MLPerf's SingleStream has it."""
        run = self.run
        if run is None:
            return None
        left_out = run.throttled if run.leaves_out_throttled else 0
        return single_stream(run.p90_early_stop_ns, run.count, run.mean_ns, run.lost, left_out)


def cells(matrix: Matrix, measured: Sequence[Measured]) -> tuple[Cell, ...]:
    """All runs, in the order of the plan."""
    alike: dict[tuple[RunSpec, int], list[Cell]] = {}
    for cell in (cell for one in measured for cell in _cells(one)):
        alike.setdefault((cell.spec, cell.round), []).append(cell)
    found = [_middle(each) for each in alike.values()]
    frameworks = [name.partition(":")[0::2] for name in matrix.frameworks]

    def place(cell: Cell) -> tuple[int, ...]:
        spec = cell.spec
        said = [n for n, (name, way) in enumerate(frameworks) if name == spec.framework and way in ("", spec.variant)]
        exact = [n for n in said if frameworks[n] == (spec.framework, spec.variant)]
        models, precisions = matrix.models.index(spec.model), matrix.precisions.index(spec.precision)
        return models, precisions, matrix.threads.index(spec.threads), (exact or said)[0], cell.round

    return tuple(sorted(found, key=place))


def _middle(processes: Sequence[Cell]) -> Cell:
    """That of the processes whose median is the middle one, of an even number the faster of the two; one that failed
    stands for all, and those that are missing yet are waited for."""
    failed = next((cell for cell in processes if cell.why not in ("", NOT_YET)), None)
    timed = [(float(p50), place) for place, cell in enumerate(processes) if not isinstance(p50 := _p50(cell), Missing)]
    if failed is not None or not timed:
        return failed or processes[0]
    ordered = sorted(timed)
    middle = processes[ordered[(len(ordered) - 1) // 2][1]]
    return dataclasses.replace(middle, processes=tuple(p50 for p50, _ in timed))


def _p50(cell: Cell) -> Figure:
    return Missing(cell.why) if cell.run is None or cell.why else cell.run.p50_ns


def _cells(one: Measured) -> list[Cell]:
    refused = [Cell(spec, one.group.round, run_title(spec), why=why) for spec, why in one.group.refused]
    if one.group.plan is None:
        return refused
    specs = one.group.plan.runs
    if one.snapshot is None:
        return [*refused, *(Cell(spec, one.group.round, run_title(spec), why=NOT_YET) for spec in specs)]
    entries = result(one.snapshot, one.machine, one.operators)["results"]
    return [
        *refused,
        *(
            Cell(spec, one.group.round, run.title, one.file, run, entry, _failure(run))
            for spec, run, entry in zip(specs, one.snapshot.runs, entries)
        ),
    ]


def _failure(run: RunFigures) -> str:
    if run.status == "failed":
        return f"{run.message.rstrip('.')}. {run.hint}".rstrip(". ")
    return "" if run.count else "no inference was measured"


def bench_result(
    matrix: Matrix, measured: Sequence[Measured], table: Sequence[Cell], bandwidth: Mapping[int, float]
) -> dict[str, Any]:
    """The document, plain JSON values; ``bandwidth`` is in bytes a second by threads."""
    reasons = [f"{_describe(cell, matrix.rounds)}: {cell.why}" for cell in table if cell.why not in ("", NOT_YET)]
    runs = [(one.snapshot is None, len(one.group.plan.runs)) for one in measured if one.group.plan is not None]
    missing, whole = sum(count for left, count in runs if left), sum(count for _, count in runs)
    reasons += [f"{missing} of {whole} runs are not measured yet"] if missing else []
    reasons += [
        f"{one.group.name}: {one.snapshot.verdict}"
        for one in measured
        if one.snapshot is not None and "DIFFER" in one.snapshot.verdict
    ]
    return {
        "schema": SCHEMA,
        "plan": _plain_tuple(dataclasses.asdict(matrix)),
        "machine": next((dict(one.machine) for one in measured if one.machine), {}),
        "cells": [_cell(cell) for cell in table],
        "scores": scores(table),
        "roofline": roofline(table, bandwidth),
        "complete": not missing,
        "valid": not reasons,
        "invalid_reasons": reasons,
    }


def alike(precision: str, threads: int, round: int, rounds: int) -> str:
    """What runs of one precision, number of threads and round have in common, in words."""
    told = f"{precision}, {threads} thread{'s' * (threads > 1)}"
    return f"{told}, round {round}" if rounds > 1 else told


def _describe(cell: Cell, rounds: int) -> str:
    spec = cell.spec
    return f"{cell.title}, {spec.model}, {alike(spec.precision, spec.threads, cell.round, rounds)}"


def _cell(cell: Cell) -> dict[str, Any]:
    spec, stream = cell.spec, cell.stream
    told = cell.entry or {
        "model": spec.model,
        "framework": spec.framework,
        "variant": spec.variant,
        "precision": spec.precision,
        "threads": spec.threads,
        "status": "waiting" if cell.why == NOT_YET else "refused",
        "message": cell.why,
    }
    more = {"round": cell.round, "session": cell.file, "processes": _processes(cell)}
    return {**told, **more, "single_stream": _stream(stream) if stream else {"missing": cell.why}}


def _processes(cell: Cell) -> dict[str, Any]:
    return {
        "n": len(cell.processes),
        "p50_s": [p50 / 1e9 for p50 in cell.processes],
        "spread": plain(cell.spread),
    }


def _stream(stream: SingleStream) -> dict[str, Any]:
    return {
        "p90_early_stop_s": plain(stream.p90_ns, 1e-9),
        "queries": stream.queries,
        "seconds": stream.seconds,
        "valid": stream.valid,
        "reasons": list(stream.reasons),
    }


def _plain_tuple(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain_tuple(item) for key, item in value.items()}
    return [_plain_tuple(item) for item in value] if isinstance(value, tuple) else value
