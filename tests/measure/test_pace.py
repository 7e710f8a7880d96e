"""Load shapes: when inferences are due, and from when their latency counts."""

import numpy as np
import pytest

from edgetop.measure import pace as module
from edgetop.measure.pace import Pace
from edgetop.measure.turns import Turns
from edgetop.plan import LoadShape, Plan, RunSpec
from edgetop.samples import SET_ASIDE

MS = 1_000_000


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        ns = 1_000 * MS

        def __call__(self):
            self.ns += 1000
            return self.ns

        def sleep(self, seconds):
            self.ns += round(seconds * 1e9)

    clock = Clock()
    monkeypatch.setattr(module.time, "sleep", clock.sleep)
    return clock


def dues(pace, clock, durations):
    """From when the latency of each counts, since the turn's start, when inferences last so long."""
    begin, last, found = pace.begin(), 0, []
    for place, duration in enumerate(durations):
        due = pace.wait(place, last, lambda: False)
        found.append(round((due - begin) / MS, 1))
        clock.ns += duration * MS
        last = duration * MS
    return found


def test_a_rate_asks_at_fixed_times_however_long_one_takes(clock):
    assert dues(Pace("rate", 100.0, clock_ns=clock), clock, [2, 35, 2, 2, 2]) == [0, 10, 20, 30, 40]


def test_what_waits_in_a_queue_is_late_since_it_was_due(clock):
    pace = Pace("rate", 100.0, clock_ns=clock)
    dues(pace, clock, [2, 35])
    due = pace.wait(2, 35 * MS, lambda: False)
    assert clock.ns - due == pytest.approx(25 * MS, abs=MS)


def test_a_burst_arrives_together(clock):
    assert dues(Pace("burst", 10.0, 3, clock_ns=clock), clock, [5] * 7) == [0, 0, 0, 100, 100, 100, 200]


def test_a_duty_pauses_after_each_as_long_as_its_share_wants(clock):
    found = dues(Pace("duty", duty=0.25, clock_ns=clock), clock, [10, 10, 20, 10])
    assert found == pytest.approx([0, 40, 80, 160], abs=0.5)


def test_a_stop_ends_the_wait(clock):
    pace = Pace("rate", 0.1, clock_ns=clock)
    pace.begin()
    before = clock.ns
    pace.wait(5, 0, lambda: True)
    assert clock.ns - before < MS


def measured(load, count=60):
    plan = Plan((RunSpec(0, "tiny", "null"),), input="noise", count=count, load=load)
    events = []
    turns = Turns(plan, events.append, lambda run, pid: None)
    turns.run()
    samples = turns.runners[0].samples(settled=True)
    return samples[int((samples.flags & SET_ASIDE != 0).sum()) :], [e.data for e in events if e.kind == "turn"]


def test_a_worker_keeps_a_rate():
    samples, turns = measured(LoadShape("rate", 200.0))
    gaps = np.diff(samples.start_ns)
    assert np.median(gaps) == pytest.approx(5 * MS, rel=0.001)
    rate = sum(turn["count"] for turn in turns) / (sum(turn["end_ns"] - turn["start_ns"] for turn in turns) / 1e9)
    assert rate == pytest.approx(200, rel=0.02)


def test_a_worker_answers_bursts():
    samples, _ = measured(LoadShape("burst", 50.0, 4))
    assert len(set(samples.start_ns[:40].tolist())) in (10, 11)
