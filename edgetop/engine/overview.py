"""The whole of a recorded session at once, for the timeline: courses from the pyramid, and the markers."""

from __future__ import annotations

from edgetop.protocol import Moment, Overview
from edgetop.sessions.overview import StatRow
from edgetop.sessions.reader import SessionReader

BUCKETS = 1500
"""Of a course: the timeline of a wide screen has 200 cells, and can be looked at more closely."""
MOST_MARKERS = 2000
"""A list of more helps nobody; the first ones."""


def overview(reader: SessionReader) -> Overview:
    """Means of each run's latency in nanoseconds, and of each charted channel in its unit, with all markers."""
    known = reader.description
    rows = {f"latency.{run.id}": reader.overview(reader.latency_channel(run.id), BUCKETS) for run in known.plan.runs}
    scales = dict.fromkeys(rows, 1.0)
    for channel in known.channels:
        if channel.charted:
            rows[channel.name], scales[channel.name] = reader.overview(channel.id, BUCKETS), channel.scale
    width_ns = max((row.width_ns for found in rows.values() for row in found[:1]), default=1)
    courses = {name: _course(found, width_ns, scales[name]) for name, found in rows.items() if found}
    marks = tuple(Moment(mark.t_ns, mark.kind, mark.title, mark.run) for mark in reader.markers()[:MOST_MARKERS])
    return Overview(reader.duration_ns, width_ns, courses, marks)


def _course(rows: tuple[StatRow, ...], width_ns: int, scale: float) -> tuple[float | None, ...]:
    means = {row.t_ns // width_ns: float(f"{row.sum / max(1, row.n) * scale:.3g}") for row in rows}
    return tuple(means.get(place) for place in range(max(means) + 1))
