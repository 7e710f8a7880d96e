"""What the picker's lists say: rows from the catalog and the selection, fitted to a width."""

from __future__ import annotations

from edgetop import units
from edgetop.protocol import Catalog, FrameworkEntry, ModelEntry
from edgetop.readings import Missing
from edgetop.screens.rows import Row
from edgetop.screens.selection import (
    A_PATH,
    Selection,
    can_run,
    is_here,
    is_pending,
    precisions_offered,
    variant_of,
    variants_of,
)

SETTINGS = ("precision", "threads", "input", "record")
"""The rows of the settings list, in order."""
_NAME, _NUMBER, _WEIGHTS = 20, 8, 9
_TITLE, _VARIANT, _VERSION = 16, 13, 8
"""Cells of a framework's columns."""


def _count(value: int) -> str:
    # A space for the unit: the multiple alone remains, as in 4.65 M.
    return units.quantity(float(value), " ").strip()


def _fit(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def _columns(width: int) -> tuple[int, int, bool]:
    """The name's width, how many of the two numbers fit, and whether the weights do."""
    numbers = 2 if width >= 2 + 18 + 2 * _NUMBER else 1
    weights = width >= 2 + _NAME + 2 * _NUMBER + 2 + _WEIGHTS
    name = max(8, min(width - 2 - numbers * _NUMBER - (2 + _WEIGHTS if weights else 0), 28))
    return name, numbers, weights


def model_header(width: int) -> Row:
    """The heads of the model list's columns."""
    name, numbers, weights = _columns(width)
    heads = "".join(head.rjust(_NUMBER) for head in ("params", "MACs")[:numbers])
    return ((" " * (2 + name) + heads + ("  weights" if weights else ""), "muted"),)


def model_row(model: ModelEntry, selection: Selection, width: int) -> Row:
    """A model: name, parameters, multiply-accumulates, and whether its weights are trained."""
    name, numbers, weights = _columns(width)
    chosen = model.name == selection.model
    figures = "".join(_count(value).rjust(_NUMBER) for value in (model.parameters, model.macs)[:numbers])
    return (
        ("● " if chosen else "  ", "mark"),
        (_fit(model.name, name).ljust(name), "mark" if chosen else "text"),
        (figures, "text" if chosen else "muted"),
        (
            f"  {model.weights.split(':')[0]}" if weights else "",
            "muted" if model.weights.startswith("seeded") else "good",
        ),
    )


def framework_row(framework: FrameworkEntry, selection: Selection, width: int) -> Row:
    """A framework: whether it is chosen, its variant and version, or that it is not here or lacks the precision."""
    title = max(8, min(_TITLE, width - 13))
    chosen = framework.name in selection.frameworks
    name = " " + _fit(framework.title, title - 1).ljust(title)
    if is_pending(framework):
        return (("[x]" if chosen else "[ ]", "muted"), (name, "muted"), ("looking…", "muted"))
    if isinstance(framework.version, Missing):
        room = width - title - 4
        reason = _fit(framework.version.reason, room) if room >= 12 else "not here"[:room]
        return ((" – ", "muted"), (name, "muted"), (reason, "muted"))
    marked = "mark" if chosen else "text"
    if not can_run(framework, selection.precision):
        lacks = f"no {selection.precision}"
        return (("[x]" if chosen else "[ ]", marked), (name, marked), (lacks, "bad" if chosen else "muted"))
    variant, version = _variant(framework, selection), framework.version.partition("+")[0]
    room = width - title - 4
    if room >= _VARIANT + _VERSION:
        variant = variant.ljust(_VARIANT)
    elif variant:
        version = ""
    return (
        ("[x]" if chosen else "[ ]", marked),
        (name, marked),
        (_fit(variant, room), marked if chosen else "muted"),
        (_fit(version, room - len(variant)) if version else "", "good" if chosen else "muted"),
    )


def _variant(framework: FrameworkEntry, selection: Selection) -> str:
    """The chosen variant in brackets, where there is a choice."""
    chosen = variant_of(framework, selection)
    several = len(variants_of(framework, selection.precision)) > 1
    return f"‹{chosen.name}›" if chosen is not None and several else ""


def _options(options: tuple[str, ...], chosen: str) -> Row:
    return tuple(
        (f"‹{option}›" if option == chosen else f" {option} ", "mark" if option == chosen else "muted")
        for option in options
    )


def setting_row(name: str, selection: Selection, catalog: Catalog, width: int) -> Row:
    """A setting with its choices, the chosen one in brackets."""
    label = ((name.capitalize().ljust(10), "text"),)
    value = setting_value(name, selection)
    if name == "threads":
        note = (f"  of {catalog.max_threads} core{'s' if catalog.max_threads > 1 else ''}", "muted")
        return (*label, *_options((value,), value), note)
    every = _options(setting_choices(name, selection, catalog), value)
    fits = sum(len(text) for text, _ in every) <= width - len(label[0][0]) + 1
    return label + (every if fits else _options((value,), value))


def setting_value(name: str, selection: Selection) -> str:
    """What a setting stands at, as one of its choices."""
    if name == "record":
        return "on" if selection.record else "off"
    return str(getattr(selection, name))


def setting_choices(name: str, selection: Selection, catalog: Catalog) -> tuple[str, ...]:
    """The choices of a setting in order; threads are written as digits."""
    if name == "precision":
        return precisions_offered(selection, catalog)
    if name == "threads":
        return tuple(str(n) for n in range(1, catalog.max_threads + 1))
    if name == "input":
        return (*catalog.inputs, A_PATH)
    return ("on", "off")


def model_detail(model: ModelEntry) -> str:
    """A line about a model."""
    numbers = f"{_count(model.parameters)} parameters, {_count(model.macs)} multiply-accumulates"
    return f"{model.title}: {model.task}, {numbers}, weights {model.weights}"


def framework_detail(framework: FrameworkEntry, selection: Selection) -> str:
    """A line about a framework: how it runs what, or why it is not here and what to do; and whose Python serves it."""
    served = f". {framework.python}" if framework.python else ""
    if is_here(framework):
        runs = f"runs {', '.join(framework.precisions) or 'any precision'}"
        return f"{framework.title} {framework.version}{_how(framework, selection)}{runs}{served}"
    if is_pending(framework):
        return f"{framework.title}: looking whether it is here…{served[1:]}"
    missing = framework.version
    assert isinstance(missing, Missing)
    return f"{framework.title} is not here: {missing.reason}" + (f". {missing.hint}" if missing.hint else "") + served


def _how(framework: FrameworkEntry, selection: Selection) -> str:
    """Which of how many variants is chosen, and what it is."""
    chosen = variant_of(framework, selection)
    if chosen is None:
        return ": "
    fitting = variants_of(framework, selection.precision)
    place = f", {fitting.index(chosen) + 1} of {len(fitting)} (←→)" if len(fitting) > 1 else ""
    return f"{place}: {chosen.title}; "


def delegate_detail(takers: tuple[FrameworkEntry, ...]) -> str:
    """A line about the delegate that these frameworks would take."""
    names = " and ".join(framework.title for framework in takers)
    return f"A TFLite delegate's library, then its key=value options, for {names}"


SETTING_DETAILS = {
    "precision": "Numbers the model computes with, of a chosen framework; fewer bits are faster, less exact",
    "threads": "Threads of each framework; one core less than all leaves edgetop somewhere to run",
    "input": "What every framework is given, the same for all",
    "record": "Keep the session in a file, to replay, compare and export it later",
}
