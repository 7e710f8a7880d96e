"""``edgetop list``: models, frameworks, probes, sessions, keys."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from edgetop import units
from edgetop.commands.output import Output
from edgetop.config import load_settings, sessions_folder
from edgetop.readings import Missing

_TITLES = {"size_bytes": "size", "duration_ns": "duration", "started_unix_ns": "started", "input_shape": "input"}
_COLUMNS = {
    "models": ("name", "task", "input_shape", "parameters", "macs", "weights", "precisions"),
    "sessions": ("started_unix_ns", "duration_ns", "model", "frameworks", "size_bytes", "state", "path"),
}
"""What a table has room for; JSON holds all."""
_CHANNELS = 3
"""So many of a probe are named in a table."""
_WIDE = 200
"""Columns a list may take where the output is no terminal."""


def listing(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop list``."""
    rows = _KINDS[arguments.what](arguments)
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        columns = _COLUMNS.get(arguments.what)
        shown = [{key: row[key] for key in columns} for row in rows] if columns else rows
        print_rows([_probe_line(row) for row in rows] if arguments.what == "probes" else shown)
    return 0


def _probe_line(row: dict[str, Any]) -> dict[str, Any]:
    """What a probe gives, in one line, or why it gives nothing; JSON and the doctor say what to do."""
    channels = row["channels"]
    more = f" … {len(channels)} in all" if len(channels) > _CHANNELS else ""
    gives = ", ".join(channels[:_CHANNELS]) + more if row["state"] == "here" else f"{units.ABSENT} {row['state']}"
    return {"name": row["name"], "rate_hz": row["rate_hz"], "gives": gives}


def print_rows(rows: list[dict[str, Any]]) -> None:
    """Rows with equal keys as a table on standard output."""
    if not rows:
        print("none")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, key in enumerate(rows[0]):
        numeric = isinstance(rows[0][key], (int, float))
        table.add_column(
            _TITLES.get(key, key.replace("_", " ")),
            justify="right" if numeric else "left",
            no_wrap=place == 0,
            overflow="fold",
        )
    for row in rows:
        # Names come from files that may be anybody's: they are text, neither markup nor a terminal's commands.
        table.add_row(*(Text(units.printable(_cell(key, value))) for key, value in row.items()))
    Output(_WIDE).print(table)


def _cell(key: str, value: Any) -> str:
    if key.endswith("_bytes"):
        return units.size(value)
    if key == "duration_ns":
        return units.clock_time(value)
    if key == "started_unix_ns":
        return f"{datetime.fromtimestamp(value / 1e9):%Y-%m-%d %H:%M}"
    if key in ("parameters", "macs"):
        return f"{value / 1e6:.4g} M"
    if key == "input_shape":
        return " x ".join(map(str, value[2:]))
    if isinstance(value, dict):  # the interpreter of a framework
        return f"{value['version'] or units.ABSENT} ({value['source']})"
    if key == "keys":
        return " ".join(value)
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def _models(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The model cards."""
    from edgetop.engine.catalog import card_precisions
    from edgetop.networks import zoo

    return [{**asdict(c), "labels": c.labels, "precisions": card_precisions(c)} for c in zoo.cards()]


def _frameworks(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from edgetop.backends.availability import availabilities
    from edgetop.backends.registry import backend, names
    from edgetop.backends.serving import OURS, serving

    served = serving(load_settings(arguments.config).python, arguments.python)
    found = availabilities(names(), {name: server.python for name, server in served.items()})
    rows = []
    for name in names():
        version, server = found[name].version, served.get(name, OURS)
        absent = isinstance(version, Missing)
        row: dict[str, Any] = {
            "name": name,
            "title": backend(name).title,
            "version": units.ABSENT if absent else version,
        }
        row["python"] = {"path": server.python, "version": server.version, "source": server.source}
        row["why_not"] = version.reason if isinstance(version, Missing) else ""
        row["what_to_do"] = version.hint if isinstance(version, Missing) else ""
        rows.append(row)
    return rows


def _probes(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from edgetop.errors import ProbeError
    from edgetop.probes.registry import machine_probes

    rows = []
    settings = load_settings(arguments.config)
    for probe in machine_probes(settings.ina219, settings.meters):
        state, hint = "here", ""
        try:
            probe.open()
            probe.close()
        except ProbeError as error:
            state, hint = error.title, error.hint
        except Exception as error:  # the edge to a probe, which may be another package's: it is told, not raised
            state = f"{type(error).__name__}: {error}"
        channels = [channel.name for channel in probe.channels]
        told = {"name": probe.name, "rate_hz": round(probe.rate_hz, 1)}
        rows.append({**told, "state": state, "what_to_do": hint, "channels": channels})
    return rows


def _sessions(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    from edgetop.sessions.listing import list_sessions

    return [asdict(entry) for entry in list_sessions(getattr(arguments, "folder", "") or sessions_folder())]


def _keys(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The keys in force, by the ids that ``[keys]`` in the settings takes."""
    from edgetop.screens.keymap import remapped

    return [
        {"id": action.id, "keys": list(action.keys), "does": action.description, "on": list(action.scenes)}
        for action in remapped(load_settings(arguments.config).keys)
        if not action.elsewhere
    ]


_KINDS = {"models": _models, "frameworks": _frameworks, "probes": _probes, "sessions": _sessions, "keys": _keys}
