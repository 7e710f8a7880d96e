"""Builders of sessions that were never measured: descriptions, batches, and one whole recording in memory."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import SETTLING, Batch, Event, Readings, Samples
from edgetop.sessions.description import Description

START_NS = 5_000_000_000_000
SECOND = 1_000_000_000
POWER = Channel("power.board.w", "W", "power", 1e-6, charted=True, source="a meter", id=0)
RSS = Channel("run.0.rss", "B", "memory", 1.0, run=0, id=1)


def make_description(frameworks=("litert", "caffe"), channels=(POWER, RSS)):
    runs = tuple(RunSpec(place, "efficientnet_lite0", name) for place, name in enumerate(frameworks))
    t0 = (START_NS, 1_700_000_000_000_000_000)
    power = next((channel.id for channel in channels if channel.unit == "W"), -1)
    return Description("a-session", *t0, "0.1.0", Plan(runs), channels, {"cores": 4}, power)


def whole_batch(seconds=8):
    """Two runs alternate in turns of half a second, at 5 and 8 ms, under 2 and 3 W."""
    rng = np.random.default_rng(3)
    samples = {0: [], 1: []}
    events = [
        Event(START_NS + 1, "run", {"status": "loading", "weights": "trained"}, 0),
        Event(START_NS + 2, "run", {"status": "running", "load_ns": 7_000_000, "version": "2.3.0"}, 0),
        Event(START_NS + 2, "run", {"status": "running"}, 1),
        Event(START_NS + 3, "outputs", {"labels": [["tabby", 0.5], ["tiger cat", 0.25]]}, 0),
        Event(START_NS + 4, "outputs", {"difference": 3e-7, "agrees_with": 0}, 1),
    ]
    for turn in range(2 * seconds):
        run = (0, 1, 1, 0)[turn % 4]
        begin = START_NS + turn * SECOND // 2 + 1_000_000
        durations = rng.integers(4_900_000, 5_200_000, 60) + 3_000_000 * run
        starts = begin + np.concatenate(([0], np.cumsum(durations + 5_000)[:-1]))
        flags = np.where(np.arange(60) < 2, SETTLING, 0)
        samples[run].append((starts, durations, np.zeros(60, np.int64), flags))
        end = int(starts[-1] + durations[-1])
        data = {"start_ns": begin, "end_ns": end, "count": 60, "cpu_ns": (end - begin) // 2}
        events.append(Event(end, "turn", data, run))
    t_ns = START_NS + np.arange(0, seconds * 100 + 1) * 10_000_000
    holder = np.array([(0, 1, 1, 0)[int(turn) % 4] for turn in (t_ns - START_NS) // (SECOND // 2)])
    readings = {
        0: Readings(t_ns, 2_000_000 + 1_000_000 * holder),
        1: Readings(t_ns[::10], np.full(len(t_ns[::10]), 90 << 20)),
    }
    joined = {run: Samples(*(np.concatenate(column) for column in zip(*parts))) for run, parts in samples.items()}
    until = START_NS + seconds * SECOND + 1
    return Batch(until, joined, readings, tuple(sorted(events, key=lambda event: event.t_ns)))


def cut(batch, edges_ns):
    """The batch as it would have come in pieces: samples by their end, the rest by its time."""
    pieces = []
    for low, high in zip([0, *edges_ns], [*edges_ns, batch.until_ns + 1]):
        samples = {run: s[within(s.start_ns + s.duration_ns, low, high)] for run, s in batch.samples.items()}
        readings = {channel: r[within(r.t_ns, low, high)] for channel, r in batch.readings.items()}
        events = tuple(event for event in batch.events if low <= event.t_ns < high)
        pieces.append(Batch(min(high, batch.until_ns), samples, readings, events))
    return pieces


def within(t_ns, low, high):
    return slice(int(np.searchsorted(t_ns, low)), int(np.searchsorted(t_ns, high)))


@pytest.fixture
def description():
    return make_description()


@pytest.fixture
def describe():
    return make_description


@pytest.fixture
def recording():
    return whole_batch()


@pytest.fixture
def cut_batch():
    return cut
