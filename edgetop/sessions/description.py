"""What a session is of: its moment, its plan, its channels, its machine; and the rows that keep it in the file."""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from edgetop.controls import Start
from edgetop.encoding import decode, encode
from edgetop.plan import AccuracySettings, Deadlines, EnergySettings, Ina219Settings, LoadShape, Plan, RunSpec
from edgetop.readings import Channel
from edgetop.sessions.schema import MAX_CHANNELS

FORMAT = "edgetop session"
LATENCY = "latency"
Rows = Callable[[str], list[tuple[Any, ...]]]
"""Runs one SELECT and gives its rows."""


@dataclass(frozen=True)
class Description:
    """A session but for what was measured.

    ``channels`` are the probes', numbered from 0; the latency channels of the runs are numbered after them.
    """

    session_id: str
    t0_mono_ns: int
    """The session's start on the monotonic clock; times in the file count from it."""
    t0_unix_ns: int
    edgetop_version: str
    plan: Plan
    channels: tuple[Channel, ...] = ()
    machine: Mapping[str, Union[str, int]] = field(default_factory=dict)
    power: int = -1
    """The channel of the watts that energy is made of; -1 where there is none."""
    since_ns: int = 0
    """How long the measurement had been going on when the file was begun."""


def latency_channels(description: Description) -> dict[int, int]:
    """Run to the number of its latency channel."""
    first = max((channel.id for channel in description.channels), default=-1) + 1
    return {run.id: first + place for place, run in enumerate(description.plan.runs)}


def check(description: Description) -> None:
    """Raise ValueError unless the numbers of runs and channels fit the file."""
    runs = [run.id for run in description.plan.runs]
    numbers = [channel.id for channel in description.channels] + list(latency_channels(description).values())
    if len(set(runs)) < len(runs) or len(set(numbers)) < len(numbers):
        raise ValueError("a run's or channel's number stands twice")
    if any(not 0 <= number < MAX_CHANNELS for number in numbers):
        raise ValueError(f"a channel's number is not within 0..{MAX_CHANNELS - 1}")
    if any(channel.kind == LATENCY for channel in description.channels):
        raise ValueError("a probe's channel is of the kind latency, which belongs to runs")


def save(db: sqlite3.Connection, description: Description) -> None:
    """Write the rows of meta, run and channel."""
    check(description)
    meta = {
        "format": FORMAT,
        "session_id": description.session_id,
        "t0_mono_ns": description.t0_mono_ns,
        "t0_unix_ns": description.t0_unix_ns,
        "edgetop_version": description.edgetop_version,
        "host": json.dumps(dict(description.machine)),
        "plan": encode(Start(_without_folder(description.plan))),
        "meters": json.dumps(_meters(description)),
        "since_ns": description.since_ns,
        "closed": 0,
    }
    db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for run in description.plan.runs:
        params = json.dumps({"input": description.plan.input, "python": run.python})
        db.execute(
            "INSERT INTO run(id, model, framework, precision, batch, threads, params) VALUES (?, ?, ?, ?, 1, ?, ?)",
            (run.id, _text(run.model), run.framework, run.precision, run.threads, params),
        )
    insert = (
        'INSERT INTO channel(id, run_id, name, unit, kind, scale, "offset", tick_ns, title, source, charted,'
        " hz) VALUES (?, ?, ?, ?, ?, ?, 0.0, 1, ?, ?, ?, ?)"
    )
    for c in description.channels:
        row = (c.id, c.run, c.name, c.unit, c.kind, float(c.scale), c.title, c.source, int(c.charted), c.hz)
        db.execute(insert, row)
    for run_id, number in latency_channels(description).items():
        name = f"{LATENCY}.{run_id}"
        db.execute(insert, (number, run_id, name, "ns", LATENCY, 1.0, "Latency", "", 1, 0.0))


def _without_folder(plan: Plan) -> Plan:
    """The plan as it is handed on with the file: where its owner keeps that, is nobody else's business."""
    return dataclasses.replace(plan, record=os.path.basename(plan.record))


def _meters(description: Description) -> dict[str, Any]:
    """What a meter's channels have besides, and which one energy is made of: older sessions know nothing of it."""
    known = {
        c.id: (c.covers, c.gain_error, c.offset_error, c.seen, c.conversion_s) for c in description.channels if c.covers
    }
    return {"energy": description.power, "channels": known}


def _text(path: str) -> str:
    """A path as text that SQLite takes, whatever bytes it has; the plan keeps the path itself."""
    return path.encode(errors="replace").decode()


_KINDS: dict[str, Any] = {"int": int, "str": str, "float": (int, float), "bool": (bool, int)}


def _is_within(number: float) -> bool:
    """Whether it is a number of 64 bits, which nan, inf and the endless ones of JSON are not."""
    return -(2**63) <= number < 2**63


def _checked(value: Any, kind: type[Any]) -> Any:
    """The dataclass, when its plain fields are of the declared kinds; raises ValueError."""
    if not isinstance(value, kind):
        raise ValueError(f"no {kind.__name__}")
    for f in dataclasses.fields(value):
        wanted = _KINDS.get(str(f.type))
        if wanted and not isinstance(getattr(value, f.name), wanted):
            raise ValueError(f"{kind.__name__}.{f.name} is not of the kind {f.type}")
        if f.type in ("int", "float") and not _is_within(getattr(value, f.name)):
            raise ValueError(f"{kind.__name__}.{f.name} is no number within 64 bits")
    return value


def _plan(text: str) -> Plan:
    plan: Plan = _checked(_checked(decode(text), Start).plan, Plan)
    _checked(plan.ina219, Ina219Settings)
    _checked(plan.deadlines, Deadlines)
    _checked(plan.energy, EnergySettings)
    _checked(plan.accuracy, AccuracySettings)
    _checked(plan.load, LoadShape)
    if not isinstance(plan.runs, tuple) or not isinstance(plan.meters, tuple):
        raise ValueError("no runs")
    for meter in plan.meters:
        _checked(meter, Ina219Settings)
    for run in plan.runs:
        _checked(run, RunSpec)
    return plan


def _channel(row: tuple[Any, ...], meters: Mapping[str, Any]) -> Channel:
    number, run, name, unit, kind, scale, title, source, charted, hz = row
    sensor = dict(meters.get("channels", ())).get(str(number), ())
    if not isinstance(run, (int, type(None))):
        raise ValueError("run of a channel")
    if not (isinstance(scale, (int, float)) and 0 < scale < 1e18):
        raise ValueError("scale of a channel")
    channel = Channel(name, unit, title, scale, kind, source, bool(charted), run, number, *sensor)
    checked: Channel = _checked(dataclasses.replace(channel, hz=hz or 0.0), Channel)
    return checked


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _machine(text: str) -> dict[str, Union[str, int]]:
    machine = _object(text)
    if not all(isinstance(value, str) or (isinstance(value, int) and _is_within(value)) for value in machine.values()):
        raise ValueError("machine")
    return machine


def load(rows: Rows) -> tuple[Description, dict[str, Any]]:
    """The description, and all of meta; raises ValueError or TypeError where the rows are not ours."""
    meta: dict[str, Any] = dict(rows("SELECT key, value FROM meta"))
    if meta.get("format") != FORMAT:
        raise ValueError("format")
    columns = "id, run_id, name, unit, kind, scale, title, source, charted, hz"
    known = f"SELECT {columns} FROM channel WHERE kind <> '{LATENCY}'"
    meters = _object(meta.get("meters", "{}"))
    channels = tuple(_channel(row, meters) for row in rows(known + " ORDER BY id"))
    first = next((c.id for c in channels if c.name.startswith("power.") and c.unit == "W"), -1)
    description = Description(
        session_id=meta.get("session_id", ""),
        t0_mono_ns=meta.get("t0_mono_ns", ""),
        t0_unix_ns=meta.get("t0_unix_ns", ""),
        edgetop_version=meta.get("edgetop_version", ""),
        plan=_plan(meta.get("plan", "")),
        channels=channels,
        machine=_machine(meta.get("host", "")),
        power=meters.get("energy", first),
        since_ns=meta.get("since_ns", 0),
    )
    checked: Description = _checked(description, Description)
    return checked, meta


def load_latency_channels(rows: Rows, runs: Collection[int]) -> dict[int, int]:
    """Number of a latency channel to its run, as the file has them; raises ValueError."""
    channels: dict[int, int] = dict(rows(f"SELECT id, run_id FROM channel WHERE kind = '{LATENCY}'"))
    if set(channels.values()) != set(runs):
        raise ValueError("run of a latency channel")
    return channels


def load_ticks_ns(rows: Rows) -> dict[int, int]:
    """Number of a channel to the nanoseconds of its tick, where they are more than one; raises ValueError."""
    ticks: dict[int, int] = dict(rows("SELECT id, tick_ns FROM channel WHERE tick_ns <> 1"))
    if not all(isinstance(tick, int) and 1 < tick <= 10**9 for tick in ticks.values()):
        raise ValueError("tick of a channel")
    return ticks
