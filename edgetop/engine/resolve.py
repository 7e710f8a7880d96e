"""What a plan leaves open, decided: its input, its frameworks, its session file."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import datetime

from edgetop.backends.availability import availabilities
from edgetop.backends.registry import backend
from edgetop.backends.serving import Server
from edgetop.backends.variants import choose, formats
from edgetop.config import sessions_folder
from edgetop.errors import CannotWrite, FrameworkMissing
from edgetop.inputs.source import NOISE, SHIPPED
from edgetop.networks.own import format_of, is_file
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Missing
from edgetop.sessions.creation import new_session_path

NO_RECORD = "none"


def placed(plan: Plan, served: Mapping[str, Server]) -> Plan:
    """The plan with each run in the interpreter that serves its framework, where none is named."""
    pythons = {name: server.python for name, server in served.items()}
    runs = tuple(dataclasses.replace(spec, python=spec.python or pythons.get(spec.framework, "")) for spec in plan.runs)
    return dataclasses.replace(plan, runs=runs)


def resolve(plan: Plan) -> Plan:
    """The plan with nothing left open; raises FrameworkMissing when no framework remains, CannotWrite."""
    if plan.skip_absent:
        plan = dataclasses.replace(plan, runs=_present(plan.runs), skip_absent=False)
    if not plan.input:
        files = any(is_file(spec.model) for spec in plan.runs)
        plan = dataclasses.replace(plan, input=NOISE if files else SHIPPED[0])
    runs = tuple(dataclasses.replace(spec, variant=_variant(spec)) for spec in plan.runs)
    return dataclasses.replace(plan, runs=runs, record=_session_path(plan))


def _variant(spec: RunSpec) -> str:
    """Its name: a session says how its runs were run, also where nothing was chosen."""
    chosen = backend(spec.framework)
    if is_file(spec.model):
        return choose(chosen, spec.variant, format=format_of(spec.model)).name
    return choose(chosen, spec.variant, precision=spec.precision).name


def _present(runs: tuple[RunSpec, ...]) -> tuple[RunSpec, ...]:
    """The runs whose framework is here and reads the model, numbered anew."""
    runs = tuple(spec for spec in runs if _reads(spec))
    found = availabilities([spec.framework for spec in runs], {spec.framework: spec.python for spec in runs})
    absent = {name: here.version for name, here in found.items() if isinstance(here.version, Missing)}
    here = [spec for spec in runs if spec.framework not in absent]
    if not here:
        reasons = "; ".join(f"{name}: {version.reason}" for name, version in absent.items())
        raise FrameworkMissing(f"No framework runs this here ({reasons})", "See `edgetop doctor`")
    return tuple(dataclasses.replace(spec, id=place) for place, spec in enumerate(here))


def _reads(spec: RunSpec) -> bool:
    return not is_file(spec.model) or format_of(spec.model) in formats(backend(spec.framework))


def _session_path(plan: Plan) -> str:
    if plan.record:
        return plan.record if plan.record == NO_RECORD else os.path.abspath(plan.record)
    return _free_path(sessions_folder(), plan)


def later_session_path(plan: Plan) -> str:
    """For a file begun while the plan is carried out: beside the first one, where there is one; raises CannotWrite."""
    folder = sessions_folder() if plan.record in ("", NO_RECORD) else os.path.dirname(plan.record)
    return _free_path(folder, plan)


def _free_path(folder: str, plan: Plan) -> str:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"Cannot make the folder {folder}: {error.strerror}", "Name a file with --record, or use --no-record"
        ) from error
    return new_session_path(folder, plan.runs[0].model, datetime.now())
