"""Recordings of every released version of the format stay readable, to the last integer.

`golden/1.0.edgetop` was written by `golden()` with the first release of format 1.0; it is never written anew.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from edgetop.plan import Ina219Settings
from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions.reader import SessionReader

FOLDER = Path(__file__).parent / "golden"
SECOND_NS = 1_000_000_000


def golden(start_ns):
    """Four seconds of inferences of two runs, one of them longer than a second, with readings and events."""
    k = np.arange(400, dtype=np.int64)
    start = start_ns + k * 10_000_000
    fast = Samples(start, 4_000_000 + k * k % 7919, k % 3 * 1000, (k < 20).astype(np.int64))
    slow = Samples(start[::130], np.full(4, 1_300_000_000, np.int64), k[:4], k[:4])
    power = Readings(start[::10], 3_000_000 - k[::10] * 31)
    events = (
        Event(start_ns - 9, "run", {"status": "running", "version": "2.3.0"}, 0),
        Event(start_ns + SECOND_NS, "marker", {"text": "ventilator µ on"}),
        Event(start_ns + 2 * SECOND_NS, "turn", {"start_ns": start_ns, "end_ns": start_ns + 5, "count": 1}, 1),
    )
    return [Batch(start_ns + 6 * SECOND_NS, {0: fast, 1: slow}, {1: power}, events)]


def _as_then(description):
    """Without what later versions say of meters, and with the bus that was the default."""
    plain = {"covers": "", "gain_error": 0.0, "offset_error": 0.0}
    channels = tuple(dataclasses.replace(channel, **plain) for channel in description.channels)
    plan = dataclasses.replace(description.plan, ina219=Ina219Settings(bus="1"))
    return dataclasses.replace(description, channels=channels, plan=plan)


def test_version_1_0_reads_as_it_was_recorded(sessions):
    with SessionReader(str(FOLDER / "1.0.edgetop")) as reader:
        assert reader.description == _as_then(sessions.describe())
        assert reader.closed
        assert reader.duration_ns == 6 * SECOND_NS
        read = list(reader.batches(0, reader.duration_ns))
        assert sessions.contents(read) == sessions.contents(golden(sessions.start_ns))
        (row,) = reader.overview(reader.latency_channel(1), 1)
        assert (row.n, row.min, row.sum) == (4, 1_300_000_000, 5_200_000_000)
