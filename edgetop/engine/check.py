"""What is refused before work begins: a plan that names what is not there, or cannot be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edgetop.backends.interpreters import examine
from edgetop.backends.registry import backend
from edgetop.backends.variants import choose, formats
from edgetop.delegates import is_missing
from edgetop.engine.check_accuracy import check_accuracy
from edgetop.errors import UnknownName, UsageError
from edgetop.inputs.own import VALUES, check_preparation
from edgetop.inputs.source import NOISE, SHIPPED, check_source, picture_pixels
from edgetop.networks import imported, zoo
from edgetop.networks.own import checked, is_file
from edgetop.plan import (
    MAX_RUNS,
    MAX_THREADS,
    EnergySettings,
    Ina219Settings,
    LoadShape,
    Plan,
    Preparation,
    RunSpec,
    file_precision,
)
from edgetop.probes.ina219_faults import settings_fault

MAX_WINDOWS = 100
SLOWEST_LOAD_HZ, FASTEST_LOAD_HZ = 0.1, 10_000.0
MOST_TOGETHER = 1000
SHORTEST_WINDOW_S, LONGEST_WINDOW_S = 1.0, 3600.0


def check_plan(plan: Plan) -> None:
    """Raise UsageError, with what to do, for a plan that cannot be run; loads no framework."""
    if not plan.runs:
        raise UsageError("No framework is chosen", "Choose at least one, e.g. --on litert,torch")
    if len(plan.runs) > MAX_RUNS:
        raise UsageError(f"{len(plan.runs)} runs are more than {MAX_RUNS}", "Choose fewer frameworks")
    if plan.duration_s < 0 or plan.count < 0:
        raise UsageError("A duration or count is below zero", "Use a number above zero, or leave it out")
    if min(plan.deadlines.load_s, plan.deadlines.inference_s) <= 0:
        raise UsageError("A deadline is not above zero", "Mend [run] load_deadline_s or inference_deadline_s")
    _check_energy(plan.energy)
    _check_load(plan.load)
    _check_meters((plan.ina219, *plan.meters))
    for spec in plan.runs:
        check_run(spec, any_format=plan.skip_absent)
    if plan.input:
        check_source(plan.input)
        if plan.input not in (NOISE, *SHIPPED):
            picture_pixels(plan.input)  # damage shows only where it is read
    check_preparation(plan.preparation)
    if plan.accuracy.data:
        check_accuracy(plan)
    if any(is_file(spec.model) for spec in plan.runs):
        _check_own(plan)
    elif plan.preparation != Preparation():
        raise UsageError(
            "How pictures are prepared is known for a model of the zoo",
            "Leave out --values, --fit, --bgr, --labels and --input-shape, which are for a model file",
        )


def _check_energy(energy: EnergySettings) -> None:
    if not 0 <= energy.windows <= MAX_WINDOWS:
        raise UsageError(f"{energy.windows} windows of energy", f"Choose 1 to {MAX_WINDOWS}, best five or more")
    for seconds in (energy.window_s, energy.idle_s):
        if not SHORTEST_WINDOW_S <= seconds <= LONGEST_WINDOW_S:
            limits = f"{SHORTEST_WINDOW_S:g} to {LONGEST_WINDOW_S:g}"
            raise UsageError(f"Windows of energy of {seconds:g} s", f"Choose {limits} seconds, best ten or more")


def _check_load(load: LoadShape) -> None:
    if load.kind not in ("closed", "rate", "burst", "duty"):
        raise UsageError(f"There is no load shape {load.kind}", "Choose closed, rate, burst or duty")
    if load.kind in ("rate", "burst") and not SLOWEST_LOAD_HZ <= load.rate_hz <= FASTEST_LOAD_HZ:
        raise UsageError(f"A load of {load.rate_hz:g} Hz", f"Choose {SLOWEST_LOAD_HZ:g} to {FASTEST_LOAD_HZ:g}")
    if not 1 <= load.together <= MOST_TOGETHER:
        raise UsageError(f"Bursts of {load.together}", f"Choose 1 to {MOST_TOGETHER}")
    if not 0.01 <= load.duty <= 1:
        raise UsageError(f"A duty of {load.duty:g}", "It is a share of the time, 0.01 to 1")
    if load.deadline_s < 0:
        raise UsageError("A deadline below zero", "Give milliseconds above zero, or leave it out")


def _check_meters(meters: Sequence[Ina219Settings]) -> None:
    places = [(meter.bus or "1", meter.address) for meter in meters if meter.bus != "simulated"]
    twice = next((place for place in places if places.count(place) > 1), None)
    if twice is not None:
        raise UsageError(f"Two power meters at {twice[1]:#04x} on bus {twice[0]}", "Give each its own address or bus")
    for meter in meters:
        fault = settings_fault(meter)
        if fault is not None:
            raise UsageError(fault.title, fault.hint)
    names = [meter.name for meter in meters]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"Two power meters are named {name!r}", "Name each by what it measures")
        if not re.fullmatch(r"[a-z0-9_-]+", name):
            raise UsageError(f"Power meter {name!r}", "Name each by what it measures: small letters, digits, - and _")


def _check_own(plan: Plan) -> None:
    if plan.input not in ("", NOISE) and not plan.preparation.values:
        raise UsageError(
            "What values a model file of your own wants for a picture's pixels is not known",
            f"Say --values {', '.join(VALUES)}; or measure on noise: --input noise",
        )
    if any(spec.precision != "fp32" for spec in plan.runs):
        raise UsageError("A model file has its own precision", "Leave out --precision")


def check_run(spec: RunSpec, *, any_format: bool = False) -> None:
    """Raise UsageError for a run that cannot be; with ``any_format`` a file of another framework's may be."""
    chosen = backend(spec.framework)
    if not 1 <= spec.threads <= MAX_THREADS:
        raise UsageError(f"{spec.threads} threads", f"Choose 1 to {MAX_THREADS}")
    examine(spec.python, spec.framework)
    if (spec.delegate or spec.delegate_options) and not chosen.takes_delegate:
        raise UsageError(f"{chosen.title} takes no delegate", "Delegates are TFLite's: choose litert, tflite or coral")
    if is_missing(spec.delegate):
        raise UsageError(f"There is no library {spec.delegate}", "Check the path of the delegate")
    if is_file(spec.model):
        format = checked(spec.model).format
        if format not in formats(chosen) and not any_format:
            hint = f"{chosen.title} reads {', '.join(formats(chosen))}: choose another framework with --on"
            raise UsageError(f"{chosen.title} cannot read {spec.model} ({format})", hint)
        if format in formats(chosen):
            choose(chosen, spec.variant, format=format)
        return
    choose(chosen, spec.variant, precision=spec.precision)
    card = zoo.card(spec.model)
    imported.verify(spec.model)
    if file_precision(spec.precision) not in card.precisions:
        raise UnknownName(f"{spec.model} has no {spec.precision}", f"It has {', '.join(card.precisions)}")
