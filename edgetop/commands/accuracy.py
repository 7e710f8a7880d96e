"""``edgetop accuracy``: how often a model is right, on some frameworks and in some precisions, and nothing else."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from edgetop import units
from edgetop.backends.serving import serving
from edgetop.commands.accuracy_table import accuracy_notes, accuracy_rows
from edgetop.commands.headless import Signals, check_json_path, write_json
from edgetop.commands.progress import Progress
from edgetop.commands.run_plan import plan_of
from edgetop.commands.summary import new_table, output
from edgetop.config import load_settings
from edgetop.engine.names import common, names
from edgetop.engine.result import result
from edgetop.engine.start import live_loop
from edgetop.errors import UsageError
from edgetop.machine import describe_machine
from edgetop.protocol import Snapshot
from edgetop.units import printable


def accuracy(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop accuracy``."""
    if not arguments.accuracy:
        raise UsageError("No folder of pictures is named", "Name it with --data")
    settings = load_settings(arguments.config)
    served = serving(settings.python, arguments.python)
    plan = plan_of(arguments, settings, headless=True)
    plan = replace(plan, record="none", input="noise", power="", accuracy=replace(plan.accuracy, only=True))
    if arguments.json:
        check_json_path(arguments.json)
    signals = Signals()
    loop = live_loop(plan, Progress(), signals, served)
    ended = loop.run()
    if arguments.json != "-":
        _print(output(), loop.last)
    if arguments.json:
        write_json(result(loop.last, describe_machine(), loop.operators), arguments.json)
    if ended.exit_code:
        print(f"edgetop: {ended.title}. {ended.hint}".rstrip(), file=sys.stderr)
    return signals.exit_code(ended)


def _print(console: Console, snapshot: Snapshot) -> None:
    runs = [run for run in snapshot.runs if run.pictures]
    if runs:
        table = new_table(console, printable(", ".join(common(runs))), ["", *map(printable, names(runs))])
        for row in zip(*map(accuracy_rows, runs)):
            values = [value for _, value in row]
            if set(values) != {units.ABSENT}:
                table.add_row(row[0][0], *map(Text, values))
        console.print(table)
    failed = [f"{run.title} failed: {run.message}. {run.hint}" for run in snapshot.runs if run.status == "failed"]
    verdicts = [verdict.text for verdict in snapshot.verdicts if verdict.kind == "accuracy"]
    for note in [*failed, *accuracy_notes(runs), *verdicts]:
        console.print(Text(printable(note)))
