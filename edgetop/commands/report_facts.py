"""What a report tells beside the figures: machine, plan, runs and their versions, the recording and what it cost."""

from __future__ import annotations

import os
from collections.abc import Iterator

from edgetop import units
from edgetop.clock import SECOND_NS
from edgetop.plan import LoadShape, Plan
from edgetop.protocol import Snapshot
from edgetop.run_figures import RunFigures
from edgetop.samples import is_sound
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.report.content import Facts


def facts_of(reader: SessionReader, snapshot: Snapshot) -> tuple[Facts, ...]:
    """All groups of facts, those with nothing to say left out."""
    session = reader.description
    machine = {
        name: units.size(v) if name.endswith("_bytes") and not isinstance(v, str) else str(v)
        for name, v in session.machine.items()
    }
    groups = [
        ("Machine", [(name.replace("_bytes", "").replace("_", " "), text) for name, text in machine.items()]),
        ("Plan", list(_plan(session.plan))),
        *((run.title, list(_run(run))) for run in snapshot.runs),
        *((f"Standard uncertainties of energy, {run.title}", _budget(run)) for run in snapshot.runs),
        ("Recording, and what it cost", list(_recording(reader, snapshot))),
    ]
    return tuple((title, tuple(facts)) for title, facts in groups if facts)


def _plan(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "models", ", ".join(dict.fromkeys(run.model for run in plan.runs))
    yield "input", plan.input or "not said"
    if plan.duration_s:
        yield "duration", f"{plan.duration_s:g} s of measuring"
    if plan.count:
        yield "inferences", f"{plan.count} of each run"
    yield "load", _load(plan.load)
    if plan.load.deadline_s:
        yield "deadline", units.duration(plan.load.deadline_s * SECOND_NS)
    if plan.energy.windows:
        yield (
            "energy",
            f"{plan.energy.windows} windows of {plan.energy.window_s:g} s, idle for {plan.energy.idle_s:g} s",
        )
    if plan.cool_down:
        yield "cooling", "waits for the temperature at the start"
    yield "throttled", "left out of the figures" if plan.leave_out_throttled else "in the figures"


def _load(load: LoadShape) -> str:
    return {
        "rate": f"{load.rate_hz:g} inferences a second",
        "burst": f"{load.together} at a time, {load.rate_hz:g} times a second",
        "duty": f"busy {units.share(load.duty)} of the time",
    }.get(load.kind, "one inference after another")


def _run(run: RunFigures) -> Iterator[tuple[str, str]]:
    yield "model", os.path.basename(run.model)
    yield "version", run.version or "not told"
    if run.variant:
        yield "variant", run.variant
    if run.delegate:
        yield "delegate", " ".join([run.delegate, *run.delegate_options])
    yield "precision", run.precision
    yield "threads", str(run.threads)
    yield "inferences", f"{run.count} in the figures, {run.set_aside} set aside"
    if run.weights:
        yield "weights", run.weights
    if run.data_set:
        yield "data set", run.data_set
    yield "ended", f"{run.status}: {run.message}" if run.message else run.status


def _budget(run: RunFigures) -> list[tuple[str, str]]:
    return [(cause.replace("_", " "), units.energy(joules)) for cause, joules in run.energy_budget.items()]


def _recording(reader: SessionReader, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    session = reader.description
    size = os.path.getsize(reader.path)
    yield "session", session.session_id
    yield "recorded by", f"edgetop {session.edgetop_version}"
    yield "duration", units.clock_time(reader.duration_ns)
    yield "state", "whole" if reader.closed else "not closed: it was cut off, or goes on"
    yield "file", f"{units.size(size)}, {units.size(size * SECOND_NS / max(reader.duration_ns, SECOND_NS))} a second"
    yield "samples lost", str(sum(run.lost for run in snapshot.runs))
    yield (
        "waited for a core",
        f"{sum(run.contended for run in snapshot.runs)} of {sum(run.count for run in snapshot.runs)}",
    )
    yield "edgetop's engine", _own_cost(reader)


def _own_cost(reader: SessionReader) -> str:
    costs = [event.data for event in reader.events("cost") if is_sound(event)]
    if not costs:
        return "its cost is not in the recording"
    percent = sum(cost["engine_cpu_percent"] for cost in costs) / len(costs)
    peak = max(cost["engine_peak_rss_bytes"] for cost in costs)
    return f"{units.percent(percent, 1)} of a core, {units.size(peak)} at most"
