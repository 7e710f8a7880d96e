"""A USB meter's recording laid over a session: found where it belongs, and merged into what is replayed."""

from __future__ import annotations

import dataclasses
import os

import numpy as np

from edgetop.analysis.alignment import Alignment, Course, align
from edgetop.clock import SECOND_NS
from edgetop.errors import UsageError
from edgetop.readings import BOARD, Channel
from edgetop.samples import Batch, Readings, join_readings
from edgetop.sessions.meter_csv import read_meter_csv
from edgetop.sessions.reader import SessionReader

RAIL = "csv"
SCALE_W = 1e-6
CPU = "cpu.total"

_HINT = "It has to have run for at least half of the session, best from before its start, so that its idling is in it"


class Overlay:
    """The recording's watts as a channel of the session, which its energy is then made of; raises UsageError."""

    def __init__(self, path: str, reader: SessionReader) -> None:
        course = read_meter_csv(path)
        found = _aligned(path, course, reader)
        session = reader.description
        source = f"{os.path.basename(path)} (USB meter), aligned at {found.offset_s:+.2f} s, r {found.r:.2f}"
        number = max((channel.id for channel in session.channels), default=-1) + 1
        name, hz = f"power.{RAIL}.w", 1 / course.step_s
        channel = Channel(name, "W", "USB meter power", SCALE_W, "gauge", source, True, None, number, BOARD, hz=hz)
        self.description = dataclasses.replace(session, channels=(*session.channels, channel), power=number)
        self._channel = number
        t_ns = session.t0_mono_ns + np.rint((course.t_s - found.offset_s) * SECOND_NS).astype(np.int64)
        self._readings = Readings(t_ns, np.rint(course.values / SCALE_W).astype(np.int64))

    def added(self, batch: Batch, from_ns: int, until_ns: int) -> Batch:
        """The batch with the meter's readings of [from, until) in absolute times."""
        first, past = np.searchsorted(self._readings.t_ns, (from_ns, until_ns)).tolist()
        readings = {**batch.readings, self._channel: self._readings[first:past]}
        return dataclasses.replace(batch, readings=readings)


def _aligned(path: str, course: Course, reader: SessionReader) -> Alignment:
    reason = "the session shows neither its power nor the CPU's use"
    for reference in _references(reader):
        found = align(course, reference)
        if isinstance(found, Alignment):
            return found
        reason = found.reason
    raise UsageError(f"{path} does not fit the session: {reason}", _HINT)


def _references(reader: SessionReader) -> list[Course]:
    """What the session shows of its power, the surest first: its own meter, the CPU's use.

    Not its turns: they tell nothing of what loading a model draws before the first, and fit seconds aside.
    """
    session = reader.description
    cpu = next((channel.id for channel in session.channels if channel.name == CPU), -1)
    found: dict[int, list[Readings]] = {session.power: [], cpu: []}
    for batch in reader.batches(0, reader.duration_ns + 1):
        for channel in found.keys() & batch.readings.keys():
            found[channel].append(batch.readings[channel])
    joined = [join_readings(parts) for parts in found.values() if parts]
    start_ns = session.t0_mono_ns
    return [Course((each.t_ns - start_ns) / SECOND_NS, each.ticks.astype(np.float64)) for each in joined]
