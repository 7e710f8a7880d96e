"""Builders of sessions: descriptions, random batches as a live feed hands them over, and what to expect of them."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.writer import SessionWriter

START_NS = 7_000_000_000_123
SECOND_NS = 1_000_000_000


def describe(start_ns=START_NS):
    runs = (RunSpec(0, "efficientnet_lite0", "litert", threads=2), RunSpec(1, "efficientnet_lite0", "torch"))
    channels = (
        Channel("cpu.total", "%", "CPU", 0.1, id=0, charted=True),
        Channel("power.board.w", "W", "Board", 1e-6, "gauge", "INA219", True, None, 1, "whole board", 0.007, 0.006),
        Channel("run.rss", "B", "Memory", 1.0, run=1, id=2),
    )
    machine = {"system": "Linux", "cores": 4}
    return Description("5f0c", start_ns, 1_790_000_000_000_000_007, "0.1.0", Plan(runs, count=9), channels, machine, 1)


def _samples(rng, from_ns, until_ns):
    """Inferences that end within a stretch; now and then one that lasts seconds."""
    count = int(rng.integers(0, 40))
    ends = np.sort(rng.integers(from_ns, until_ns, count))
    durations = rng.integers(0, 30_000_000, count)
    long = rng.random(count) < 0.03
    durations[long] = rng.integers(SECOND_NS, 5 * SECOND_NS, int(long.sum()))
    waits = np.where(rng.random(count) < 0.5, 0, rng.integers(0, 1_000_000, count))
    return Samples(ends - durations, durations, waits, rng.integers(0, 8, count))


def _readings(rng, from_ns, until_ns):
    count = int(rng.integers(0, 8))
    return Readings(np.sort(rng.integers(from_ns, until_ns, count)), rng.integers(-1000, 1_000_000, count))


def _batch(rng, from_ns, until_ns, now_ns):
    events = tuple(
        Event(int(t), "turn", {"count": int(rng.integers(9)), "text": "µ", "list": [1, [0.5, None]]}, run)
        for t, run in zip(np.sort(rng.integers(from_ns, until_ns, int(rng.integers(0, 3)))), (None, 1))
    )
    samples = {run: _samples(rng, from_ns, until_ns) for run in (0, 1)}
    readings = {channel: _readings(rng, from_ns, until_ns) for channel in (0, 2)}
    return Batch(now_ns, samples, readings, events)


def random_batches(rng, seconds=12.0):
    """Batches over a session; some come late, some hold what was before the session's start."""
    edges = np.unique(rng.integers(START_NS, START_NS + int(seconds * SECOND_NS), 30)).tolist()
    batches = [_batch(rng, START_NS - 3 * SECOND_NS, edges[0], edges[0])]
    for from_ns, until_ns in zip(edges, edges[1:]):
        batches.append(_batch(rng, from_ns, until_ns, until_ns))
        if rng.random() < 0.15:
            batches.append(_batch(rng, START_NS, from_ns + 1, until_ns))
    return batches


def _arrays(entries, moments):
    """All entries of each channel as rows, in order of their moments, equals as they came."""
    rows = {}
    for channel, entry in entries:
        names = ("start_ns", "duration_ns", "wait_ns", "flags") if isinstance(entry, Samples) else ("t_ns", "ticks")
        rows.setdefault(channel, []).append(np.stack([getattr(entry, name) for name in names]))
    joined = {channel: np.concatenate(parts, axis=1) for channel, parts in rows.items()}
    ordered = {channel: a[:, np.argsort(moments(a), kind="stable")] for channel, a in joined.items()}
    return {channel: a.tolist() for channel, a in ordered.items() if a.size}


def contents(batches, sort=True):
    """What a list of batches holds: samples by run, readings by channel, events."""
    batches = list(batches)
    ends = (lambda a: a[0] + a[1]) if sort else (lambda a: np.zeros(a.shape[1]))
    times = (lambda a: a[0]) if sort else (lambda a: np.zeros(a.shape[1]))
    events = [event for batch in batches for event in batch.events]
    return (
        _arrays([item for batch in batches for item in batch.samples.items()], ends),
        _arrays([item for batch in batches for item in batch.readings.items()], times),
        sorted(events, key=lambda event: event.t_ns) if sort else events,
    )


def write(path, batches, description=None, commit_every=1):
    writer = SessionWriter(str(path), description or describe())
    for number, batch in enumerate(batches):
        writer.add(batch)
        if number % commit_every == 0:
            writer.commit()
    writer.close()
    return str(path)


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture
def sessions():
    """The builders of this file, by their names."""

    class Builders:
        start_ns = START_NS
        describe = staticmethod(describe)
        random_batches = staticmethod(random_batches)
        contents = staticmethod(contents)
        write = staticmethod(write)

    return Builders
