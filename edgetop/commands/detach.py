"""``edgetop run --detach`` and ``edgetop attach``: measuring that goes on without a screen, and the way back to it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from edgetop.config import Settings, load_settings
from edgetop.controls import Start
from edgetop.errors import UsageError
from edgetop.plan import Plan
from edgetop.protocol import Ended, Snapshot

START_TIMEOUT_S = 120.0
"""Looking for frameworks on a slow board takes a while; longer is no start."""


def run_detached(arguments: argparse.Namespace, plan: Plan, settings: Settings, headless: bool) -> int:
    """Have the plan measured by an engine that outlives this command; with a screen, show it."""
    from edgetop.engine.attached import AttachedClient, start_detached

    if arguments.json:
        raise UsageError(
            "--json waits for a result, --detach for none", "Afterwards, `edgetop replay FILE --json -` gives it"
        )

    def start() -> AttachedClient:
        return start_detached(plan.runs[0].model, arguments.config, arguments.python)

    if not headless:
        from edgetop.commands.screen import engines_of, run_app

        return run_app(start, plan, settings, attached=True, engines=replace(engines_of(arguments), measure=start))
    client = start()
    client.send(Start(plan))
    told = client.wait_until((Snapshot,), START_TIMEOUT_S)
    client.close()
    for ended in (message for message in told if isinstance(message, Ended)):
        if ended.exit_code:
            print(f"edgetop: {ended.title}. {ended.hint}".rstrip(), file=sys.stderr)
        return ended.exit_code
    print(f"measuring as {client.name}: `edgetop attach {client.name}` shows it", file=sys.stderr)
    return 0


def attach(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop attach``: show the measurement of that name, or the only one, or tell which there are."""
    from edgetop.engine.attached import AttachedClient, remove_stale, start_detached
    from edgetop.engine.places import names

    alive, gone = names()
    remove_stale(gone)
    name = arguments.name or (alive[0] if len(alive) == 1 else "")
    if not alive:
        raise UsageError("Nothing is being measured without a screen", "`edgetop run MODEL --detach` begins it")
    if not name:
        raise UsageError(
            f"Several are being measured: {', '.join(alive)}", f"Name one of them: edgetop attach {alive[0]}"
        )
    if name not in alive:
        raise UsageError(f"No measurement {name} goes on here", f"There is: {', '.join(alive)}")
    if not sys.stdout.isatty():
        raise UsageError("A screen needs a terminal", "Without one, `edgetop list sessions` tells what is recorded")
    from edgetop.commands.screen import engines_of, run_app

    running = [name]

    def start() -> AttachedClient:
        """The one that was named; once it was stopped to choose anew, another like it."""
        if running:
            return AttachedClient(running.pop())
        return start_detached("edgetop", arguments.config, arguments.python)

    engines = replace(engines_of(arguments), measure=start)
    return run_app(start, None, load_settings(arguments.config), attached=True, engines=engines)
