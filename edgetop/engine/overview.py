"""The whole of a recorded session at once, for the timeline: courses from the pyramid, and the markers."""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.protocol import Moment, Overview
from edgetop.sessions.overview import StatRow
from edgetop.sessions.reader import SessionReader

BUCKETS = 1500
"""Of a course: the timeline of a wide screen has 200 cells, and can be looked at more closely."""
MOST_MARKERS = 20_000
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


def joined(told: Sequence[tuple[int, Overview]], duration_ns: int) -> Overview:
    """Several on one axis of so long, each course from its begin in nanoseconds on, in the widest buckets of them."""
    width_ns = max(each.width_ns for _, each in told)
    courses = {
        name: _moved(course, each.width_ns, begin_ns, width_ns)
        for begin_ns, each in told
        for name, course in each.courses.items()
    }
    markers = sorted((mark for _, each in told for mark in each.markers), key=lambda mark: mark.t_ns)
    return Overview(duration_ns, width_ns, courses, tuple(markers[:MOST_MARKERS]))


def _moved(course: Sequence[float | None], width_ns: int, begin_ns: int, wider_ns: int) -> tuple[float | None, ...]:
    """In wider buckets, later by so much: the mean of those that begin in each."""
    found: dict[int, list[float]] = {}
    for place, mean in enumerate(course):
        if mean is not None:
            found.setdefault((begin_ns + place * width_ns) // wider_ns, []).append(mean)
    means = {place: sum(values) / len(values) for place, values in found.items()}
    return tuple(means.get(place) for place in range(max(means, default=-1) + 1))
