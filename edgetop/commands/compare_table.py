"""``edgetop compare`` without a screen: a table of the two, or JSON."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from typing import Any

from rich.text import Text

from edgetop import units
from edgetop.clock import SECOND_NS
from edgetop.commands.headless import Quiet, check_json_path, write_json
from edgetop.commands.summary import new_table, output
from edgetop.engine.compared import NOT_INTERLEAVED, Compared, Line, Pair, Session, compared, weights_of
from edgetop.engine.loop import Loop
from edgetop.engine.replay import ReplayFeed
from edgetop.engine.result import plain
from edgetop.readings import Figure, Missing, whose_watts
from edgetop.sessions.reader import SessionReader
from edgetop.widgets.figure_lines import PROVISIONAL, is_provisional

SCHEMA = "edgetop.compare/1"
_WRITTEN = {
    "p50_ns": ("p50", units.duration),
    "p90_ns": ("p90", units.duration),
    "p99_ns": ("p99", units.duration),
    "mean_ns": ("mean", units.duration),
    "rate_ips": ("rate", units.rate),
    "cpu_percent": ("CPU", units.percent),
    "peak_rss_bytes": ("peak mem.", units.size),
    "energy_j": ("energy", units.energy),
}


def headless(arguments: argparse.Namespace) -> int:
    """Compare what both sessions end in; the exit code."""
    if arguments.json:
        check_json_path(arguments.json)
    first, second = _session("A", arguments.first), _session("B", arguments.second)
    found = compared(first, second, arguments.runs)
    if arguments.json != "-":
        _print(first, second, found)
    for warning in found.warnings:
        print(f"edgetop: warning: {units.printable(warning)}", file=sys.stderr)
    if arguments.json:
        write_json(_json(first, second, found), arguments.json)
    return 0


def _session(name: str, path: str) -> Session:
    with SessionReader(path) as reader:
        weights = weights_of(reader)
    feed = ReplayFeed(path, paced=False)
    loop = Loop(feed, Quiet(), lambda _: [])
    loop.run()
    return Session(name, path, feed.description, loop.last.runs, weights)


def _began(session: Session) -> str:
    moment = datetime.fromtimestamp(session.description.t0_unix_ns / SECOND_NS, timezone.utc)
    return moment.isoformat(timespec="seconds")


def _watts(session: Session) -> str:
    """Whose watts its energies are of, where it has any."""
    metered = any(not isinstance(run.energy_j, Missing) for run in session.runs)
    return f", watts: {whose_watts(session.power)}" if metered and session.power is not None else ""


def _print(first: Session, second: Session, found: Compared) -> None:
    console = output()
    for session in (first, second):
        console.print(Text(units.printable(f"{session.name}: {session.path}, {_began(session)}{_watts(session)}")))
    for pair in found.pairs:
        title = units.printable(f"{pair.first.title}, {pair.first.model}")
        table = new_table(console, title, ["figure", "A", "B", "B/A, 95 %"])
        for line in pair.lines:
            if not isinstance(line.first, Missing) or not isinstance(line.second, Missing):
                name, write = _WRITTEN[line.name]
                values = [
                    PROVISIONAL + write(value) if line.name == "energy_j" and is_provisional(run) else write(value)
                    for run, value in ((pair.first, line.first), (pair.second, line.second))
                ]
                table.add_row(name, *map(Text, (*values, _ratio(line))))
        console.print(table)
    if found.other_watts is not None:
        console.print(Text(units.printable(f"energy is not compared: {found.other_watts.reason}")))
    console.print(Text(NOT_INTERLEAVED))


def _ratio(line: Line) -> str:
    if isinstance(line.ratio, Missing):
        return units.ABSENT
    if isinstance(line.low, Missing) or isinstance(line.high, Missing):
        return units.significant(line.ratio)
    value, interval = units.ratio(line.ratio, line.low, line.high)
    same = ", no difference told" if line.low <= 1 <= line.high else ""
    return f"{value} ({interval}{same})"


def _json(first: Session, second: Session, found: Compared) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "a": _whose(first),
        "b": _whose(second),
        "note": NOT_INTERLEAVED,
        "warnings": list(found.warnings),
        "pairs": [_pair(pair) for pair in found.pairs],
    }


def _whose(session: Session) -> dict[str, Any]:
    known = session.description
    return {
        "file": session.path,
        "session_id": known.session_id,
        "began": _began(session),
        "edgetop_version": known.edgetop_version,
        "machine": dict(known.machine),
        "power": _power(session),
    }


def _power(session: Session) -> dict[str, str]:
    channel = session.power
    return {"source": channel.source, "covers": channel.covers} if channel is not None else {"source": "", "covers": ""}


def _pair(pair: Pair) -> dict[str, Any]:
    run = pair.first
    return {
        "model": run.model,
        "framework": run.framework,
        "variant": run.variant,
        "precision": [run.precision, pair.second.precision],
        "threads": [run.threads, pair.second.threads],
        "inferences": [run.count, pair.second.count],
        "figures": {_key(line.name): _figure(line) for line in pair.lines},
    }


def _key(name: str) -> str:
    return f"{name[:-3]}_s" if name.endswith("_ns") else name


def _figure(line: Line) -> dict[str, Any]:
    scale = 1e-9 if line.name.endswith("_ns") else 1.0

    def written(value: Figure) -> Any:
        return plain(value, scale)

    interval = [plain(line.low), plain(line.high)]
    return {"a": written(line.first), "b": written(line.second), "ratio": plain(line.ratio), "ci95": interval}
