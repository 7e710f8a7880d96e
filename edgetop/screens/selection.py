"""What the picker has chosen so far: the defaults, what stands in the way of a start, and the plan it makes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edgetop.config import RunSettings, Settings
from edgetop.delegates import Delegate, is_missing, leaves_room, read, written
from edgetop.errors import UsageError
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
    """Framework to the name of its wished variant; the usual one where that is empty."""
    delegate: str = ""
    """As typed: a TFLite delegate's library, then its options."""


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
        variants={name: variant for name, _, variant in reversed(wishes)},  # of several the first
        delegate=run.delegate,
    )


def settings_of(plan: Plan, settings: Settings) -> Settings:
    """The settings with which the picker begins as a plan was."""
    first, run = plan.runs[0], settings.run
    delegated = next((spec for spec in plan.runs if spec.delegate or spec.delegate_options), first)
    asked = replace(
        run,
        model=first.model,
        frameworks=tuple(f"{spec.framework}:{spec.variant}".rstrip(":") for spec in plan.runs),
        precision=first.precision,
        threads=first.threads,
        input=plan.input or run.input,
        record=plan.record != "none",
        delegate=written(delegated.delegate, delegated.delegate_options),
    )
    return replace(settings, run=asked, ina219=plan.ina219)


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


def delegable(selection: Selection, catalog: Catalog) -> tuple[FrameworkEntry, ...]:
    """The chosen frameworks that would take a delegate as they are to be run."""
    return tuple(
        entry
        for entry in wanted(selection, catalog)
        if entry.takes_delegate and leaves_room(entry.name, _unusual(entry, selection))
    )


def _delegate_for(framework: FrameworkEntry, selection: Selection) -> Delegate:
    """What a framework gets of what was typed."""
    variant = _unusual(framework, selection)
    if not framework.takes_delegate or not leaves_room(framework.name, variant):
        return Delegate()
    delegate = read(selection.delegate)
    return delegate if delegate.is_for(framework.name, variant) else Delegate()


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
    return _problem_of_delegate(selection, catalog)


def _problem_of_delegate(selection: Selection, catalog: Catalog) -> str:
    takers = delegable(selection, catalog)
    if not takers:
        return ""
    try:
        delegate = read(selection.delegate)
    except UsageError as error:
        return f"{error.title}: {error.hint[0].lower()}{error.hint[1:]}."
    if is_missing(delegate.path):
        return f"There is no library at {delegate.library}."
    if delegate.options and all(_delegate_for(entry, selection) == Delegate() for entry in takers):
        return "Name the delegate's library before its options."
    return ""


def plan_of(selection: Selection, catalog: Catalog, settings: Settings) -> Plan:
    """The plan of a selection without a problem."""
    frameworks = [entry for entry in wanted(selection, catalog) if is_here(entry)]
    model, precision, threads = selection.model, selection.precision, selection.threads
    given = [_delegate_for(entry, selection) for entry in frameworks]
    runs = tuple(
        RunSpec(n, model, entry.name, precision, threads, "", _unusual(entry, selection), own.path, own.options)
        for n, (entry, own) in enumerate(zip(frameworks, given))
    )
    path = os.path.abspath(os.path.expanduser(selection.path.strip())) if selection.input == A_PATH else ""
    return Plan(
        runs,
        input=path or selection.input,
        record="" if selection.record else "none",
        ina219=settings.ina219,
        meters=settings.meters,
        power=settings.run.power,
        deadlines=settings.run.deadlines,
    )


def summary(selection: Selection, catalog: Catalog) -> str:
    """What Start would run, in one line."""
    names = [_name(entry, selection) for entry in wanted(selection, catalog)]
    threads = f"{selection.threads} thread{'s' if selection.threads > 1 else ''}"
    given = selection.path.strip() or A_PATH if selection.input == A_PATH else selection.input
    return f"{selection.model} in {selection.precision} on {_listed(names)}, {threads}, input {given}"


def _name(framework: FrameworkEntry, selection: Selection) -> str:
    """As its run will be called."""
    name = f"{framework.title} {_unusual(framework, selection)}".rstrip()
    library = _delegate_for(framework, selection).library
    return f"{name} + {os.path.basename(library)}" if library else name


def _listed(names: tuple[str, ...] | list[str]) -> str:
    if len(names) < 2:
        return "".join(names) or "nothing yet"
    return f"{', '.join(names[:-1])} and {names[-1]}"
