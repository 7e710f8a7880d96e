"""``edgetop report``: recorded sessions as one page of HTML, with the engine's final figures."""

from __future__ import annotations

import argparse
import os
import sys

from edgetop import __version__, units
from edgetop.commands.cut_off import warn
from edgetop.commands.destination import check, destination
from edgetop.commands.final import Final, final
from edgetop.commands.report_facts import facts_of
from edgetop.commands.report_roofline import roofline_of
from edgetop.commands.summary import figure_table, notes, verdicts
from edgetop.engine.names import common
from edgetop.engine.names import names as run_names
from edgetop.errors import UsageError
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.report.content import Report, Session, Told
from edgetop.sessions.report.curves import read
from edgetop.sessions.report.page import html

MAX_SESSIONS = 6


def report(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop report``."""
    path, files = arguments.output, arguments.files
    check(path, force=arguments.force)
    if len(files) > MAX_SESSIONS:
        raise UsageError(f"A report has room for {MAX_SESSIONS} sessions", "Name fewer")
    for file in files:
        warn(file)
    finals = [final(file) for file in files]
    names = _names(files)
    sessions = [_session(file, name, each) for file, name, each in zip(files, names, finals)]
    snapshots = [each.snapshot for each in finals]
    page = Report(
        title=_title(finals),
        version=__version__,
        figures=figure_table(*snapshots),
        spans=tuple(sum(bool(run.count) for run in snapshot.runs) for snapshot in snapshots),
        sessions=tuple(sessions),
    )
    text = html(page).encode()
    with destination(path, force=arguments.force) as out:
        out.write(text)
    if path != "-":
        print(f"report in {path}, {units.size(len(text))}", file=sys.stderr)
    return 0


def _names(files: list[str]) -> list[str]:
    """The files' names, with as much of their folders as tells them apart."""
    names = [os.path.splitext(os.path.basename(file))[0] for file in files]
    return names if len(set(names)) == len(names) else list(files)


def _title(finals: list[Final]) -> str:
    """What was measured, in one line."""
    runs = [run for each in finals for run in each.snapshot.runs]
    frameworks = ", ".join(dict.fromkeys(run.title for run in runs))
    models = ", ".join(dict.fromkeys(os.path.basename(run.model) for run in runs))
    shared = [text for text in (common(runs) if runs else []) if text not in {run.model for run in runs}]
    return f"{models} on {frameworks}" + (f", {', '.join(shared)}" if shared else "")


def _session(file: str, name: str, done: Final) -> Session:
    snapshot = done.snapshot
    result = done.result()
    warnings = [
        f"{run}: {text}" for run, each in zip(run_names(snapshot.runs), result["results"]) for text in each["warnings"]
    ]
    invalid = [] if result["valid"] else [f"not valid: {reason}" for reason in result["invalid_reasons"]]
    with SessionReader(file) as reader:
        told = Told(
            name=units.printable(name),
            verdicts=tuple(filter(None, [*verdicts(snapshot), snapshot.verdict])) or ("one run, nothing to compare",),
            notes=tuple(notes(snapshot)),
            warnings=(*invalid, *warnings),
            facts=facts_of(reader, snapshot),
            roofline=roofline_of(snapshot),
        )
        return read(reader, told)
