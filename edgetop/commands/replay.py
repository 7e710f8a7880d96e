"""``edgetop replay``: a recorded session on the screen, or its final figures without one."""

from __future__ import annotations

import argparse
import sys

from edgetop.commands.headless import Progress, Signals, check_json_path, run_headless
from edgetop.config import load_settings


class _Quiet(Progress):
    """A replay's states are history: nothing is told while it runs."""

    def publish(self, message: object) -> bool:
        """Drop."""
        return True


def replay(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop replay``."""
    from edgetop.engine.replay import MAX_SPEED, ReplayFeed
    from edgetop.protocol import Speed

    if arguments.json:
        check_json_path(arguments.json)
    feed = ReplayFeed(arguments.file)
    if not (arguments.headless or arguments.json or not sys.stdout.isatty()):
        feed.close()
        from edgetop.app import run_app

        return run_app(replay=arguments.file, settings=load_settings(arguments.config))
    from edgetop.engine.loop import Loop

    signals = Signals()
    feed.command(Speed(MAX_SPEED))
    loop = Loop(feed, _Quiet(), signals)
    return run_headless(loop, signals, dict(feed.description.machine), arguments.json)
