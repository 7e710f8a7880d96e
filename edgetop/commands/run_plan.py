"""From the options of ``edgetop run`` and the settings to a plan; what is left open, the engine decides."""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from typing import Any

from edgetop.config import Settings, default_threads, finite
from edgetop.delegates import TAKERS, Delegate, read
from edgetop.errors import UsageError
from edgetop.plan import (
    PUBLISHABLE,
    AccuracySettings,
    EnergySettings,
    Ina219Settings,
    LoadShape,
    Plan,
    Preparation,
    RunSpec,
)

WITHOUT_TERMINAL_S = 10.0
"""So long a run lasts when nobody can stop it by a key and nothing else was said."""


def plan_of(arguments: argparse.Namespace, settings: Settings, headless: bool) -> Plan:
    """What the options of ``edgetop run`` and the settings ask for."""
    model = arguments.model or settings.run.model
    threads = arguments.threads or (settings.run.threads or default_threads(),)
    precisions = (arguments.precision or settings.run.precision).split(",")
    named = [name.strip() for name in arguments.on.split(",")] if arguments.on else []
    duration_s = arguments.duration
    if headless and not duration_s and not arguments.count:
        duration_s = WITHOUT_TERMINAL_S
    chosen = named or _readers(model) or settings.run.frameworks
    ways = itertools.product(_models(model), chosen, precisions, threads)
    runs = tuple(
        RunSpec(place, of, name.partition(":")[0], precision.strip(), count, variant=name.partition(":")[2])
        for place, (of, name, precision, count) in enumerate(ways)
    )
    if arguments.delegate or arguments.delegate_option:
        runs = _delegated(runs, Delegate(arguments.delegate, tuple(arguments.delegate_option)))
    else:
        runs = _given(runs, read(settings.run.delegate))
    record = "none" if arguments.no_record or not (settings.run.record or arguments.record) else arguments.record
    # How a file of the user's own wants its pictures is not known: the engine decides where nothing is said.
    source = arguments.input or ("" if "/" in model or "." in model else settings.run.input)
    ina219 = _ina219(arguments, settings.ina219)
    preparation = Preparation(
        arguments.values, arguments.fit, "BGR" if arguments.bgr else "RGB", arguments.labels, arguments.input_shape
    )
    return Plan(
        runs,
        source,
        duration_s,
        arguments.count,
        record,
        ina219,
        preparation=preparation,
        skip_absent=not named,
        operators=arguments.operators,
        deadlines=settings.run.deadlines,
        power=arguments.power or settings.run.power,
        meters=settings.meters + tuple(map(_meter, arguments.meter)),
        energy=_energy(arguments),
        cool_down=arguments.cool_down,
        load=_load(arguments.load, arguments.deadline_ms / 1000),
        leave_out_throttled=arguments.leave_out_throttled,
        raw_limit=_raw_limit(settings.run.raw_limit if arguments.raw_limit is None else arguments.raw_limit),
        accuracy=AccuracySettings(arguments.accuracy, arguments.annotations, arguments.first, arguments.again),
    )


def _raw_limit(samples: int) -> int:
    if samples < 0:
        raise UsageError(f"--raw-limit {samples} is below 0", "0 records every sample")
    return samples


def _meter(text: str) -> Ina219Settings:
    """``NAME=ADDRESS``, then the shunt's ohms and the bus where they are not the usual ones, after colons."""
    name, _, place = text.partition("=")
    address, ohms, bus = [*place.split(":"), "", ""][:3]
    try:
        usual = Ina219Settings(name=name.strip())
        return replace(usual, address=int(address, 0), shunt_ohms=float(ohms or usual.shunt_ohms), bus=bus)
    except ValueError:
        raise UsageError(
            f"--meter {text} is not NAME=ADDRESS", "As in accelerator=0x41 or accelerator=0x41:0.05:1"
        ) from None


def _load(text: str, deadline_s: float) -> LoadShape:
    """``closed``, ``rate:HZ``, ``burst:N:HZ`` or ``duty:SHARE``; a rate's deadline is the next one's time."""
    kind, *numbers = (text or "closed").split(":")
    try:
        values = [finite(number) for number in numbers]
        if kind == "closed" and not values:
            return LoadShape(deadline_s=deadline_s)
        if kind == "rate":
            (rate_hz,) = values
            return LoadShape(kind, rate_hz, deadline_s=deadline_s or 1 / rate_hz)
        if kind == "burst":
            together, rate_hz = values
            return LoadShape(kind, rate_hz, int(together), deadline_s=deadline_s)
        if kind == "duty":
            (duty,) = values
            return LoadShape(kind, duty=duty, deadline_s=deadline_s)
    except (ValueError, ZeroDivisionError):
        pass
    raise UsageError(
        f"--load {text} is no load shape", "Say closed, rate:30, burst:5:1 (five, once a second) or duty:0.5"
    )


def _models(model: str) -> list[str]:
    """Several of the zoo between commas; a path may have commas of its own."""
    names = [name.strip() for name in model.split(",")]
    return names if all(name.isidentifier() for name in names) else [model]


def _energy(arguments: argparse.Namespace) -> EnergySettings:
    windows, seconds = arguments.energy_windows, arguments.energy_seconds
    if not arguments.energy and windows is None and seconds is None:
        return EnergySettings()
    if windows == 0:
        raise UsageError("No window of energy", "Choose at least one, best five or more")
    seconds = PUBLISHABLE.window_s if seconds is None else seconds
    return EnergySettings(PUBLISHABLE.windows if windows is None else windows, seconds, seconds)


def _delegated(runs: tuple[RunSpec, ...], delegate: Delegate) -> tuple[RunSpec, ...]:
    """The runs with a delegate that was asked for; raises UsageError where none takes it."""
    if not any(_takes(spec, delegate) for spec in runs):
        if not delegate.library:
            raise UsageError("An option of a delegate, and no delegate", "Name its library with --delegate")
        raise UsageError("No framework here takes a delegate", f"Choose one of {', '.join(TAKERS)} with --on")
    if any("=" not in option for option in delegate.options):
        raise UsageError("A delegate's option is not KEY=VALUE", "As in --delegate-option num_threads=2")
    return _given(runs, delegate)


def _given(runs: tuple[RunSpec, ...], delegate: Delegate) -> tuple[RunSpec, ...]:
    """The runs, those with the delegate that take it."""
    changes: dict[str, Any] = {"delegate": delegate.path, "delegate_options": delegate.options}
    return tuple(replace(spec, **changes) if _takes(spec, delegate) else spec for spec in runs)


def _takes(spec: RunSpec, delegate: Delegate) -> bool:
    return spec.framework in TAKERS and delegate.is_for(spec.framework, spec.variant)


def _readers(model: str) -> tuple[str, ...]:
    """The frameworks for a model file of formats that none of the default ones read."""
    suffix = model.rpartition(".")[2].lower() if "." in model else ""
    readers = {"onnx": "onnxruntime", "param": "ncnn", "bin": "ncnn", "npz": "numpy", "so": "tvm"}
    return (readers[suffix],) if suffix in readers else ()


def _ina219(arguments: argparse.Namespace, settings: Ina219Settings) -> Ina219Settings:
    given = {
        "bus": arguments.ina219_bus or None,
        "address": arguments.ina219_address,
        "shunt_ohms": arguments.ina219_shunt_ohms,
    }
    return replace(settings, **{name: value for name, value in given.items() if value is not None})
