"""``edgetop replay``: a recorded session on the screen, or its final figures without one."""

from __future__ import annotations

import argparse
import sys

from edgetop.config import load_settings


def replay(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop replay``."""
    if arguments.headless or arguments.json or not sys.stdout.isatty():
        return _headless(arguments.file, arguments.json, arguments.meter_csv)
    from edgetop.commands.screen import engines_of, run_app
    from edgetop.engine.client import start_replay

    return run_app(
        lambda: start_replay(arguments.file, arguments.meter_csv),
        None,
        load_settings(arguments.config),
        replay=True,
        engines=engines_of(arguments),
    )


def _headless(path: str, json_path: str, meter_csv: str) -> int:
    from edgetop.commands.cut_off import warn
    from edgetop.commands.headless import Quiet, Signals, check_json_path, run_headless
    from edgetop.engine.loop import Loop
    from edgetop.engine.replay import ReplayFeed

    if json_path:
        check_json_path(json_path)
    warn(path)
    feed = ReplayFeed(path, paced=False, meter_csv=meter_csv)
    signals = Signals()
    return run_headless(Loop(feed, Quiet(), lambda _: signals(0.0)), signals, dict(feed.description.machine), json_path)
