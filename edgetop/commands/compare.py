"""``edgetop compare``: two recorded sessions against each other, on the screen or as a table."""

from __future__ import annotations

import argparse
import sys

from edgetop.config import load_settings


def compare(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop compare``."""
    if arguments.headless or arguments.json or not sys.stdout.isatty():
        from edgetop.commands.compare_table import headless

        return headless(arguments)
    from edgetop.commands.screen import engines_of, run_app
    from edgetop.engine.client import start_pair

    return run_app(
        lambda: start_pair(arguments.first, arguments.second, arguments.align, arguments.runs),
        None,
        load_settings(arguments.config),
        replay=True,
        engines=engines_of(arguments),
    )
