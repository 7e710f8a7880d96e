"""``edgetop run`` and plain ``edgetop``: measure, on a screen or without one.

With a screen this process loads neither numpy nor a framework: the engine resolves and checks the plan.
"""

from __future__ import annotations

import argparse
import sys

from edgetop.backends.serving import Server, serving
from edgetop.commands.run_plan import plan_of
from edgetop.config import SessionSettings, load_settings
from edgetop.plan import Plan


def run(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop run``."""
    settings = load_settings(arguments.config)
    served = serving(settings.python, arguments.python)
    headless = arguments.headless or bool(arguments.json) or not sys.stdout.isatty()
    detach = getattr(arguments, "detach", False)
    plan = plan_of(arguments, settings, headless and not detach)
    if detach:
        from edgetop.commands.detach import run_detached

        return run_detached(arguments, plan, settings, headless)
    if headless:
        return _headless(plan, arguments.json, served, settings.sessions)
    from edgetop.commands.screen import engines_of, run_app

    engines = engines_of(arguments)
    return run_app(engines.measure, plan, settings, engines=engines)


def pick(arguments: argparse.Namespace) -> int:
    """Carry out plain ``edgetop``: the picker, or the default comparison where there is no terminal."""
    if not sys.stdout.isatty():
        return run(arguments)
    from edgetop.commands.screen import engines_of, run_app
    from edgetop.screens.welcome import is_first_start

    settings = load_settings(arguments.config)
    serving(settings.python, arguments.python)  # what is not understood is refused before a screen opens
    engines = engines_of(arguments)
    return run_app(engines.measure, None, settings, engines=engines, welcome=is_first_start())


def _headless(plan: Plan, json_path: str, served: dict[str, Server], keep: SessionSettings) -> int:
    from edgetop.commands.headless import Signals, check_json_path, run_headless
    from edgetop.commands.progress import Progress
    from edgetop.engine.start import live_loop
    from edgetop.machine import describe_machine

    if json_path:
        check_json_path(json_path)
    signals = Signals()
    loop = live_loop(plan, Progress(), signals, served, keep)
    return run_headless(loop, signals, describe_machine(), json_path)
