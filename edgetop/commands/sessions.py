"""``edgetop sessions``: the session browser, or the list of sessions where there is no terminal."""

from __future__ import annotations

import argparse
import os
import sys

from edgetop.commands.listing import listing
from edgetop.config import load_settings, sessions_folder
from edgetop.errors import UsageError


def sessions(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop sessions``."""
    folder = os.path.abspath(arguments.folder) if arguments.folder else sessions_folder()
    if arguments.folder and not os.path.isdir(folder):
        raise UsageError(f"There is no folder {arguments.folder}", "`edgetop sessions` alone shows the usual one")
    if not sys.stdout.isatty():
        return listing(argparse.Namespace(what="sessions", json=False, folder=folder))
    from edgetop.commands.screen import engines_of, run_app

    engines = engines_of(arguments, folder)
    return run_app(engines.browse, None, load_settings(arguments.config), engines=engines, browse=True)
