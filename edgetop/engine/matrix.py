"""A matrix of runs, models by frameworks by precisions by threads, and the sessions it is measured in.

Runs that are to be compared share a session, in which they take turns: all frameworks of one model, precision and
number of threads. Sessions follow each other in a fixed order without a pattern, which a second round goes through
backwards, so that no model or precision always finds the board warm; the framework that begins changes from one to
the next.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop.backends.serving import Server
from edgetop.engine.check import check_plan, check_run
from edgetop.engine.resolve import NO_RECORD, placed, resolve
from edgetop.errors import UsageError
from edgetop.networks import zoo
from edgetop.plan import MAX_RUNS, AccuracySettings, Deadlines, EnergySettings, Ina219Settings, Plan, RunSpec

HERE = "here"
"""In place of frameworks: those that run on this machine."""


@dataclass(frozen=True)
class Matrix:
    """What a plan file says."""

    name: str
    """The file's, without its ending."""
    title: str = ""
    models: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    """Each as ``litert`` or ``litert:builtin``, or ``here`` alone."""
    precisions: tuple[str, ...] = ("fp32",)
    threads: tuple[int, ...] = (0,)
    """0 for half of the cores."""
    input: str = ""
    duration_s: float = 0.0
    """Of each run; one that cannot be done leaves its time to those it shares a session with."""
    count: int = 0
    """Inferences of each run."""
    rounds: int = 1
    processes: int = 1
    """Fresh workers that each run of a round is measured in, one after another: processes differ by themselves."""
    operators: bool = False
    cool_down: bool = False
    leave_out_throttled: bool = False
    power: str = ""
    energy: EnergySettings = EnergySettings()
    accuracy: AccuracySettings = AccuracySettings()
    """Of classifiers with trained weights; of others it means nothing."""


@dataclass(frozen=True)
class Group:
    """Runs that are measured side by side, one session of one round; and those of its runs that cannot be."""

    round: int
    """From 1."""
    name: str
    """Of its file, without the ending; the same in every matrix that has these runs."""
    plan: Optional[Plan]
    """None where no run is left."""
    refused: tuple[tuple[RunSpec, str], ...] = ()
    """Each with why."""
    process: int = 1
    """Of the processes of that round, from 1."""

    @property
    def seconds(self) -> float:
        """Of measuring, without the loading before; 0 where it ends by a count, which takes as long as it takes."""
        if self.plan is None:
            return 0.0
        energy, runs = self.plan.energy, len(self.plan.runs)
        phase = (energy.windows * runs * energy.window_s + 2 * energy.idle_s) if energy.windows else 0.0
        return self.plan.duration_s + phase


@dataclass(frozen=True)
class Setting:
    """What the settings and the machine say that concerns every session."""

    ina219: Ina219Settings = Ina219Settings()
    deadlines: Deadlines = Deadlines()
    power: str = ""
    served: Mapping[str, Server] = dataclasses.field(default_factory=dict)
    cools: bool = True
    """Whether there is a temperature to cool down to."""


def groups(matrix: Matrix, setting: Setting) -> tuple[Group, ...]:
    """The sessions in the order in which they are measured; ``frameworks`` and ``threads`` are said.

    Raises UsageError for what no session can be.
    """
    made = [
        _group(matrix, setting, model, precision, threads, part)
        for model in matrix.models
        for precision in matrix.precisions
        for threads in matrix.threads
        for part in range(-(-len(matrix.frameworks) // MAX_RUNS))
    ]
    ordered = sorted(made, key=lambda group: hashlib.sha256(group.name.encode()).digest())
    turned = [_turned(group, place) for place, group in enumerate(ordered)]
    return tuple(
        _repeated(group, matrix, number)
        for number in range(matrix.rounds * matrix.processes)
        for group in (reversed(turned) if number % 2 else turned)
    )


def _repeated(group: Group, matrix: Matrix, number: int) -> Group:
    """The group as it is measured once more, ``number`` times after the first."""
    round, process = number // matrix.processes + 1, number % matrix.processes + 1
    which = f"_r{round}" + (f"_p{process}" if matrix.processes > 1 else "")
    return dataclasses.replace(group, round=round, process=process, name=group.name + which)


def _group(matrix: Matrix, setting: Setting, model: str, precision: str, threads: int, part: int) -> Group:
    chosen = matrix.frameworks[part * MAX_RUNS : (part + 1) * MAX_RUNS]
    named = [framework.partition(":") for framework in chosen]
    specs = [RunSpec(0, model, name, precision, threads, variant=variant) for name, _, variant in named]
    reasons = {spec: _refusal(spec, setting) for spec in specs}
    runs = tuple(spec for spec in specs if not reasons[spec])
    name = f"{model}_{precision}_{threads}t" + (f"_{part + 1}" if part else "")
    refused = tuple((spec, reason) for spec, reason in reasons.items() if reason)
    return Group(1, name, _plan(matrix, setting, runs) if runs else None, refused)


def _refusal(spec: RunSpec, setting: Setting) -> str:
    """Why a run cannot be, in words; empty where it can."""
    try:
        (run,) = placed(Plan((spec,)), setting.served).runs
        check_run(run)
    except UsageError as error:
        return str(error)
    return ""


def _plan(matrix: Matrix, setting: Setting, runs: Sequence[RunSpec]) -> Plan:
    plan = Plan(
        _numbered(runs),
        matrix.input,
        matrix.duration_s * len(runs),
        matrix.count,
        NO_RECORD,
        setting.ina219,
        operators=matrix.operators,
        deadlines=setting.deadlines,
        power=matrix.power or setting.power,
        energy=matrix.energy,
        cool_down=matrix.cool_down and setting.cools,
        leave_out_throttled=matrix.leave_out_throttled,
        accuracy=matrix.accuracy if _is_judged(runs[0].model) else AccuracySettings(),
    )
    plan = placed(plan, setting.served)
    check_plan(plan)
    return resolve(plan)


def _is_judged(model: str) -> bool:
    card = zoo.card(model)
    return card.task == "classification" and card.trained


def _numbered(runs: Sequence[RunSpec]) -> tuple[RunSpec, ...]:
    return tuple(dataclasses.replace(spec, id=place) for place, spec in enumerate(runs))


def _turned(group: Group, by: int) -> Group:
    """The group with another of its runs at the beginning."""
    if group.plan is None:
        return group
    runs = group.plan.runs
    first = by % len(runs)
    return dataclasses.replace(group, plan=dataclasses.replace(group.plan, runs=_numbered(runs[first:] + runs[:first])))


def same(kept: Plan, wanted: Plan) -> bool:
    """Whether a session is of the plan that is wanted, wherever it was recorded and by whichever interpreters."""
    return _bare(kept) == _bare(wanted)


def _bare(plan: Plan) -> Plan:
    runs = tuple(dataclasses.replace(spec, python="") for spec in plan.runs)
    bare = dataclasses.replace(plan, runs=runs, record="", power="", meters=())
    return dataclasses.replace(bare, ina219=Ina219Settings(), deadlines=Deadlines())
