"""What the picker has chosen so far: the defaults, what stands in the way of a start, and the plan it makes."""

from __future__ import annotations

import os
from dataclasses import dataclass

from edgetop.config import RunSettings, Settings
from edgetop.plan import MAX_RUNS, PRECISIONS, Plan, RunSpec
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry
from edgetop.readings import Missing

A_PATH = "a path"
"""The input's choice that lets the user type one."""


@dataclass(frozen=True)
class Selection:
    """The choices of the picker; ``frameworks`` holds wishes, of which some may turn out not to be here."""

    model: str
    frameworks: frozenset[str]
    precision: str
    threads: int
    input: str
    path: str = ""
    record: bool = True


def defaults(run: RunSettings, catalog: Catalog) -> Selection:
    """The selection to begin with: the settings, as far as the catalog knows them."""
    models = [model.name for model in catalog.models]
    model = run.model if run.model in models or not models else models[0]
    known = run.input in catalog.inputs
    threads = run.threads or catalog.default_threads
    return Selection(
        model=model,
        frameworks=frozenset(run.frameworks),
        precision=run.precision if run.precision in PRECISIONS else PRECISIONS[0],
        threads=max(1, min(threads, catalog.max_threads)),
        input=run.input if known else A_PATH,
        path="" if known else run.input,
        record=run.record,
    )


def is_pending(framework: FrameworkEntry) -> bool:
    """Whether the engine is still finding out if the framework is here."""
    return isinstance(framework.version, Missing) and framework.version.reason.startswith("looking")


def is_here(framework: FrameworkEntry) -> bool:
    """Whether the framework is installed and runs."""
    return not isinstance(framework.version, Missing)


def model_of(selection: Selection, catalog: Catalog) -> ModelEntry | None:
    """The catalog's entry of the chosen model."""
    return next((model for model in catalog.models if model.name == selection.model), None)


def wanted(selection: Selection, catalog: Catalog) -> tuple[FrameworkEntry, ...]:
    """The chosen frameworks that are here, or may yet be, in the catalog's order."""
    return tuple(
        entry
        for entry in catalog.frameworks
        if entry.name in selection.frameworks and (is_here(entry) or is_pending(entry))
    )


def problem(selection: Selection, catalog: Catalog) -> str:
    """What stands in the way of a start, in one sentence; empty when nothing does."""
    model, frameworks = model_of(selection, catalog), wanted(selection, catalog)
    if not frameworks:
        return "Choose at least one framework that is here (space)."
    if len(frameworks) > MAX_RUNS:
        return f"At most {MAX_RUNS} frameworks run side by side: drop {len(frameworks) - MAX_RUNS} (space)."
    precision = selection.precision
    if model is not None and model.precisions and precision not in model.precisions:
        return f"{model.name} comes in {_listed(model.precisions)}, not in {precision}."
    unable = [entry for entry in frameworks if entry.precisions and precision not in entry.precisions]
    if unable:
        first = unable[0]
        return f"{first.title} runs {_listed(first.precisions)}, not {precision}: drop it or change the precision."
    if selection.input == A_PATH and not selection.path.strip():
        return "Type the path of a picture or folder, or choose another input."
    if selection.input == A_PATH and not os.path.exists(os.path.expanduser(selection.path.strip())):
        return f"There is no file or folder at {selection.path.strip()}."
    return ""


def plan_of(selection: Selection, catalog: Catalog, settings: Settings) -> Plan:
    """The plan of a selection without a problem."""
    frameworks = [entry.name for entry in wanted(selection, catalog) if is_here(entry)]
    runs = tuple(
        RunSpec(n, selection.model, name, selection.precision, selection.threads, settings.python.get(name, ""))
        for n, name in enumerate(frameworks)
    )
    path = os.path.abspath(os.path.expanduser(selection.path.strip())) if selection.input == A_PATH else ""
    return Plan(runs, input=path or selection.input, record="" if selection.record else "none", ina219=settings.ina219)


def summary(selection: Selection, catalog: Catalog) -> str:
    """What Start would run, in one line."""
    names = [entry.title for entry in wanted(selection, catalog)]
    threads = f"{selection.threads} thread{'s' if selection.threads > 1 else ''}"
    given = selection.path.strip() or A_PATH if selection.input == A_PATH else selection.input
    return f"{selection.model} in {selection.precision} on {_listed(names)}, {threads}, input {given}"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    if len(names) < 2:
        return "".join(names) or "nothing yet"
    return f"{', '.join(names[:-1])} and {names[-1]}"
