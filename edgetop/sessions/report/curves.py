"""From a session file's pyramid to the curves of a report: a few hundred rows a channel, however long it was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from edgetop.clock import SECOND_NS
from edgetop.sessions.exports.source import run_names
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.report.content import Chart, Curve, Session, Told
from edgetop.units import printable

BUCKETS = 300
MACHINE = 6
"""The slot of a curve that is no run's."""
MAX_CURVES = 8
_CHARTS = {
    "CPU": ("%", ("cpu.total",), ".cpu"),
    "Memory": ("B", ("memory.used",), ".rss"),
    "Power": ("W", ("power.",), ""),
    "Temperature": ("°C", ("heat.",), ""),
    "Clock": ("Hz", ("clock.",), ""),
}
"""Title to the unit, the beginnings of the machine's channels, and the ending of the runs' own."""


def read(reader: SessionReader, told: Told) -> Session:
    """A session with all its curves; raises BadSession."""
    session = reader.description
    names = run_names(session.plan.runs)
    charts = [_latency(reader, names), *(_chart(reader, title, names) for title in _CHARTS)]
    return Session(
        told=told,
        started=_moment(session.t0_unix_ns),
        duration_s=max(reader.duration_ns / SECOND_NS, 1e-3),
        runs=tuple(names.values()),
        charts=tuple(chart for chart in charts if chart.curves),
        markers=tuple(reader.markers()),
        held_back_s=_held_back(reader),
    )


def _moment(unix_ns: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(unix_ns // SECOND_NS))
    except (OverflowError, ValueError, OSError):
        return "at a time that no calendar has"


def _latency(reader: SessionReader, names: dict[int, str]) -> Chart:
    curves = []
    for place, (run, name) in enumerate(names.items()):
        with suppress(KeyError):  # a file that is not ours may lack it
            curves.append(_curve(reader, reader.latency_channel(run), name, place, 1.0))
    return Chart("Latency", "ns", tuple(curve for curve in curves if curve.t_s))


def _chart(reader: SessionReader, title: str, names: dict[int, str]) -> Chart:
    unit, beginnings, ending = _CHARTS[title]
    places = {run: place for place, run in enumerate(names)}
    curves: list[Curve] = []
    for channel in reader.description.channels:
        if channel.unit != unit:
            continue
        own = channel.run is not None and channel.run in names and ending and channel.name.endswith(ending)
        if own and channel.run is not None:
            curves.append(_curve(reader, channel.id, names[channel.run], places[channel.run], channel.scale))
        elif channel.run is None and channel.name.startswith(beginnings):
            slot = MACHINE if ending else len(curves)
            curves.append(_curve(reader, channel.id, printable(channel.title), slot, channel.scale))
        curves = [curve for curve in curves if curve.t_s][:MAX_CURVES]
    own_only = [curve for curve in curves if curve.slot != MACHINE]
    # All memory of a machine dwarfs that of its runs, and hides them.
    return Chart(title, unit, tuple(own_only if title == "Memory" and own_only else curves))


def _curve(reader: SessionReader, channel: int, name: str, slot: int, scale: float) -> Curve:
    rows = [row for row in reader.overview(channel, BUCKETS) if row.n > 0]
    return Curve(
        name=name,
        slot=slot,
        width_s=rows[0].width_ns / SECOND_NS if rows else 0.0,
        t_s=tuple((row.t_ns + row.width_ns / 2) / SECOND_NS for row in rows),
        low=tuple(row.min * scale for row in rows),
        mean=tuple(row.sum / row.n * scale for row in rows),
        high=tuple(row.max * scale for row in rows),
        average=sum(row.sum for row in rows) / max(1, sum(row.n for row in rows)) * scale,
    )


def _held_back(reader: SessionReader) -> tuple[tuple[float, float], ...]:
    """Joined stretches of the pyramid in which any sign was set."""
    channel = next((c.id for c in reader.description.channels if c.name == "throttle.now"), None)
    return () if channel is None else tuple(_joined(reader, channel))


def _joined(reader: SessionReader, channel: int) -> Iterator[tuple[float, float]]:
    begin = end = -1
    for row in reader.overview(channel, BUCKETS):
        if row.max <= 0:
            continue
        if row.t_ns > end:
            if end >= 0:
                yield begin / SECOND_NS, end / SECOND_NS
            begin = row.t_ns
        end = row.t_ns + row.width_ns
    if end >= 0:
        yield begin / SECOND_NS, end / SECOND_NS
