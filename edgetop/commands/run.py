"""``edgetop run`` and plain ``edgetop``: measure, on a screen or without one."""

from __future__ import annotations

import argparse
import sys

from edgetop.backends.availability import availabilities
from edgetop.commands.headless import Progress, Signals, check_json_path, run_headless
from edgetop.config import Settings, default_threads, load_settings
from edgetop.engine.check import check_plan, is_file
from edgetop.errors import FrameworkMissing
from edgetop.plan import Ina219Settings, Plan, RunSpec

WITHOUT_TERMINAL_S = 10.0
"""So long a run lasts when nobody can stop it by a key and nothing else was said."""


def run(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop run``."""
    settings = load_settings(arguments.config)
    headless = arguments.headless or bool(arguments.json) or not sys.stdout.isatty()
    if arguments.json:
        check_json_path(arguments.json)
    plan = _plan(arguments, settings, headless)
    check_plan(plan)
    if headless:
        return _headless(plan, arguments.json)
    from edgetop.app import run_app

    return run_app(plan=plan, settings=settings)


def pick(arguments: argparse.Namespace) -> int:
    """Carry out plain ``edgetop``: the picker, or the default comparison where there is no terminal."""
    if not sys.stdout.isatty():
        return run(arguments)
    from edgetop.app import run_app

    return run_app(plan=None, settings=load_settings(arguments.config))


def _plan(arguments: argparse.Namespace, settings: Settings, headless: bool) -> Plan:
    model = arguments.model or settings.run.model
    threads = arguments.threads or settings.run.threads or default_threads()
    precision = arguments.precision or settings.run.precision
    frameworks = arguments.on.split(",") if arguments.on else _default_frameworks(settings, model)
    source = arguments.input or ("noise" if is_file(model) else settings.run.input)
    duration_s = arguments.duration
    if headless and not duration_s and not arguments.count:
        duration_s = WITHOUT_TERMINAL_S
    runs = tuple(
        RunSpec(place, model, name.strip(), precision, threads, settings.python.get(name.strip(), ""))
        for place, name in enumerate(frameworks)
    )
    record = "none" if arguments.no_record or not (settings.run.record or arguments.record) else arguments.record
    return Plan(runs, source, duration_s, arguments.count, record, _ina219(arguments, settings.ina219))


def _ina219(arguments: argparse.Namespace, settings: Ina219Settings) -> Ina219Settings:
    return Ina219Settings(
        arguments.ina219_bus or settings.bus,
        settings.address if arguments.ina219_address is None else arguments.ina219_address,
        settings.shunt_ohms if arguments.ina219_shunt_ohms is None else arguments.ina219_shunt_ohms,
    )


def _default_frameworks(settings: Settings, model: str) -> list[str]:
    """The frameworks of the settings that run here, and that read the file where a file is given."""
    wanted = list(settings.run.frameworks)
    if is_file(model):
        from edgetop.backends.registry import backend
        from edgetop.networks.files import own_file

        format = own_file(model).format
        wanted = [name for name in wanted if format in backend(name).formats]
    found = availabilities(wanted, settings.python)
    here = [name for name in wanted if isinstance(found[name].version, str)]
    if not here:
        reasons = "; ".join(f"{name}: {found[name].version.reason}" for name in wanted)  # type: ignore[union-attr]
        raise FrameworkMissing(f"None of {', '.join(wanted)} runs here ({reasons})", "See `edgetop doctor`")
    return here


def _headless(plan: Plan, json_path: str) -> int:
    from edgetop.engine.start import live_loop
    from edgetop.machine import describe_machine

    signals = Signals()
    loop = live_loop(plan, Progress(), signals)
    return run_headless(loop, signals, describe_machine(), json_path)
