"""What the picker has chosen so far: the defaults, what stands in the way of a start, and the plan it makes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edgetop.config import RunSettings, Settings
from edgetop.plan import MAX_RUNS, PRECISIONS, Plan, RunSpec
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry, VariantEntry
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
    variants: Mapping[str, str] = field(default_factory=dict)
    """Framework to the name of its wished variant, where that is not the usual one."""


def defaults(run: RunSettings, catalog: Catalog) -> Selection:
    """The selection to begin with: the settings, as far as the catalog knows them."""
    models = [model.name for model in catalog.models]
    model = run.model if run.model in models or not models else models[0]
    offered = precisions_of(model, catalog)
    known = run.input in catalog.inputs
    threads = run.threads or catalog.default_threads
    wishes = [name.partition(":") for name in run.frameworks]
    return Selection(
        model=model,
        frameworks=frozenset(name for name, _, _ in wishes),
        precision=run.precision if run.precision in offered else offered[0],
        threads=max(1, min(threads, catalog.max_threads)),
        input=run.input if known else A_PATH,
        path="" if known else run.input,
        record=run.record,
        variants={name: variant for name, _, variant in wishes if variant},
    )


def with_model(selection: Selection, model: str, catalog: Catalog) -> Selection:
    """The selection with another model, and with that model's first precision where it has not the chosen one."""
    offered = precisions_of(model, catalog)
    precision = selection.precision if selection.precision in offered else offered[0]
    return replace(selection, model=model, precision=precision)


def precisions_of(model: str, catalog: Catalog) -> tuple[str, ...]:
    """The precisions a model comes in; all, as long as the catalog does not tell."""
    return next((entry.precisions for entry in catalog.models if entry.name == model), ()) or PRECISIONS


def precisions_offered(selection: Selection, catalog: Catalog) -> tuple[str, ...]:
    """The model's precisions that a chosen framework has, and the chosen one."""
    chosen = wanted(selection, catalog)
    return tuple(
        precision
        for precision in precisions_of(selection.model, catalog)
        if precision == selection.precision or any(can_run(entry, precision) for entry in chosen)
    )


def variants_of(framework: FrameworkEntry, precision: str) -> tuple[VariantEntry, ...]:
    """The ways in which a framework runs models of a precision, the usual one first."""
    return tuple(variant for variant in framework.variants if precision in variant.precisions)


def variant_of(framework: FrameworkEntry, selection: Selection) -> VariantEntry | None:
    """The variant that is chosen; the usual one where the wished one has not the chosen precision."""
    fitting = variants_of(framework, selection.precision)
    wish = selection.variants.get(framework.name)
    return next((variant for variant in fitting if variant.name == wish), fitting[0] if fitting else None)


def with_next_variant(selection: Selection, framework: FrameworkEntry, delta: int) -> Selection | None:
    """The selection with the framework's next variant in this direction; None where there is none."""
    fitting = variants_of(framework, selection.precision)
    now = variant_of(framework, selection)
    place = fitting.index(now) + delta if now is not None else -1
    if not 0 <= place < len(fitting):
        return None
    return replace(selection, variants={**selection.variants, framework.name: fitting[place].name})


def _unusual(framework: FrameworkEntry, selection: Selection) -> str:
    """The chosen variant's name where it is not the usual one."""
    chosen = variant_of(framework, selection)
    return chosen.name if chosen is not None and chosen != variants_of(framework, selection.precision)[0] else ""


def can_run(framework: FrameworkEntry, precision: str) -> bool:
    """Whether a framework runs models of a precision."""
    return not framework.precisions or precision in framework.precisions


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
    frameworks = wanted(selection, catalog)
    if not frameworks:
        return "Choose at least one framework that is here (space)."
    if len(frameworks) > MAX_RUNS:
        return f"At most {MAX_RUNS} frameworks run side by side: drop {len(frameworks) - MAX_RUNS} (space)."
    unable = next((entry for entry in frameworks if not can_run(entry, selection.precision)), None)
    if unable is not None:
        runs = f"{unable.title} runs {_listed(unable.precisions)}, not {selection.precision}"
        return f"{runs}: drop it or change the precision."
    if selection.input == A_PATH and not selection.path.strip():
        return "Type the path of a picture or folder, or choose another input."
    if selection.input == A_PATH and not os.path.exists(os.path.expanduser(selection.path.strip())):
        return f"There is no file or folder at {selection.path.strip()}."
    return ""


def plan_of(selection: Selection, catalog: Catalog, settings: Settings) -> Plan:
    """The plan of a selection without a problem."""
    frameworks = [entry for entry in wanted(selection, catalog) if is_here(entry)]
    model, precision, threads = selection.model, selection.precision, selection.threads
    runs = tuple(
        RunSpec(n, model, entry.name, precision, threads, variant=_unusual(entry, selection))
        for n, entry in enumerate(frameworks)
    )
    path = os.path.abspath(os.path.expanduser(selection.path.strip())) if selection.input == A_PATH else ""
    return Plan(
        runs,
        input=path or selection.input,
        record="" if selection.record else "none",
        ina219=settings.ina219,
        deadlines=settings.run.deadlines,
    )


def summary(selection: Selection, catalog: Catalog) -> str:
    """What Start would run, in one line."""
    names = [f"{entry.title} {_unusual(entry, selection)}".rstrip() for entry in wanted(selection, catalog)]
    threads = f"{selection.threads} thread{'s' if selection.threads > 1 else ''}"
    given = selection.path.strip() or A_PATH if selection.input == A_PATH else selection.input
    return f"{selection.model} in {selection.precision} on {_listed(names)}, {threads}, input {given}"


def _listed(names: tuple[str, ...] | list[str]) -> str:
    if len(names) < 2:
        return "".join(names) or "nothing yet"
    return f"{', '.join(names[:-1])} and {names[-1]}"
