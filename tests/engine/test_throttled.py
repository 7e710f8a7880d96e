"""Inferences while the board throttled are counted, and left out of the statistics where the plan says so."""

import dataclasses

import numpy as np
import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.result import result
from edgetop.readings import Channel
from edgetop.samples import CONTENDED, Batch, Event, Readings, Samples, join_samples

START = 5_000_000_000_000
SECOND = 1_000_000_000
THROTTLE = Channel("throttle.now", "", "throttling", 1.0, charted=True, id=0)


@pytest.fixture
def throttled(description):
    """Ten seconds of one run, at 10 ms, and at 20 ms from the fourth to the sixth, when the board throttles."""
    plan = dataclasses.replace(description.plan, runs=description.plan.runs[:1])
    description = dataclasses.replace(description, plan=plan, channels=(THROTTLE,), power=-1)
    durations = np.concatenate([np.full(400, 10_000_000), np.full(100, 20_000_000), np.full(400, 10_000_000)])
    starts = START + np.concatenate(([0], np.cumsum(durations)[:-1]))
    zeros = np.zeros(900, np.int64)
    seconds = np.arange(11)
    bits = np.where((seconds >= 4) & (seconds < 6), 4, 0)
    readings = {0: Readings(START + seconds * SECOND, bits)}
    return description, Batch(START + 11 * SECOND, {0: Samples(starts, durations, zeros, zeros)}, readings)


def final(description, batch, leave_out):
    plan = dataclasses.replace(description.plan, leave_out_throttled=leave_out)
    aggregate = Aggregate(dataclasses.replace(description, plan=plan))
    aggregate.add(batch)
    return aggregate.snapshot(final=True)


def test_they_are_counted_and_stay_in_the_statistics(throttled):
    (run,) = final(*throttled, leave_out=False).runs
    # from the last clear reading, at three seconds, to the first that is clear again, at six
    assert run.throttled == 100 + 100
    assert run.count == 900
    assert run.max_ns == 20_000_000


def test_they_are_left_out_where_the_plan_says_so_and_that_is_told(throttled):
    snapshot = final(*throttled, leave_out=True)
    (run,) = snapshot.runs
    assert run.throttled == 200 and run.count == 700
    assert run.max_ns == 10_000_000
    (told,) = result(snapshot, {}, {})["results"]
    assert (
        "200 inferences ran while the board throttled or its supply was low; they were left out of the latencies"
        in str(told)
    )


def test_what_waited_for_a_core_is_counted_of_those_in_the_statistics(throttled):
    description, batch = throttled
    samples = batch.samples[0]
    waited = dataclasses.replace(batch, samples={0: dataclasses.replace(samples, flags=samples.flags | CONTENDED)})
    (all_of_them,) = final(description, waited, leave_out=False).runs
    (fewer,) = final(description, waited, leave_out=True).runs
    assert all_of_them.contended == all_of_them.count == 900
    assert fewer.contended == fewer.count == 700


def test_figures_follow_when_a_stretch_is_seen_after_its_inferences(throttled):
    description, batch = throttled
    description = dataclasses.replace(description, plan=dataclasses.replace(description.plan, leave_out_throttled=True))
    aggregate = Aggregate(description)
    aggregate.add(dataclasses.replace(batch, readings={}))
    assert aggregate.snapshot().runs[0].count == 900
    aggregate.add(Batch(batch.until_ns, readings=batch.readings))
    assert aggregate.snapshot().runs[0].count == 700


def test_nothing_is_left_when_all_of_it_throttled(throttled):
    description, batch = throttled
    bits = Readings(batch.readings[0].t_ns, np.full(11, 4))
    run = final(description, dataclasses.replace(batch, readings={0: bits}), leave_out=True).runs[0]
    assert run.count == 0 and run.throttled == 900


def turns(run, slow_from, slow_to, pace_ns):
    """Forty turns of a quarter of a second in every half, whose inferences take four times as long for a while."""
    samples, events = [], []
    for sweep in range(40):
        begin = START + (2 * sweep + run) * SECOND // 4
        slow = slow_from <= (begin - START) / SECOND < slow_to
        durations = np.full(10, pace_ns * (4 if slow else 1) + sweep)
        starts = begin + np.concatenate(([0], np.cumsum(durations)[:-1]))
        zeros = np.zeros(10, np.int64)
        samples.append(Samples(starts, durations, zeros, zeros))
        data = {"start_ns": begin, "end_ns": int(starts[-1] + durations[-1]), "count": 10, "cpu_ns": 0, "sweep": sweep}
        events.append(Event(data["end_ns"], "turn", data, run))
    return join_samples(samples), events


@pytest.mark.parametrize("leave_out", [True, False])
def test_the_comparison_of_runs_leaves_the_same_turns_out(description, leave_out):
    plan = dataclasses.replace(description.plan, leave_out_throttled=leave_out)
    aggregate = Aggregate(dataclasses.replace(description, plan=plan, channels=(THROTTLE,), power=-1))
    first, second = turns(0, 0, 0, 4_000_000), turns(1, 5.0, 6.0, 5_000_000)
    seconds = np.arange(21)
    readings = {0: Readings(START + seconds * SECOND, np.where(seconds == 5, 4, 0))}
    events = tuple(sorted(first[1] + second[1], key=lambda event: event.t_ns))
    aggregate.add(Batch(START + 21 * SECOND, {0: first[0], 1: second[0]}, readings, events))
    found = next(verdict for verdict in aggregate.snapshot(final=True).verdicts if verdict.kind == "latency")
    assert (found.value == pytest.approx(1.25, rel=0.001) and found.high - found.low < 0.01) == leave_out


def test_medians_are_told_of_what_was_held_back_and_of_the_rest_for_each_sign(throttled):
    description, batch = throttled
    (told,) = result(final(*throttled, leave_out=True), {}, {})["results"]
    assert told["strata"] == {
        "clean": {"n": 700, "p50_s": 0.01},
        "held back": {"n": 200, "p50_s": 0.01},
        "T": {"n": 200, "p50_s": 0.01},
    }
    slow = np.where(np.arange(11) == 5, 1, 0)
    under = dataclasses.replace(batch, readings={0: Readings(batch.readings[0].t_ns, slow)})
    (told,) = result(final(description, under, leave_out=False), {}, {})["results"]
    assert set(told["strata"]) == {"clean", "held back", "U"}
    assert told["strata"]["U"] == {"n": 100, "p50_s": 0.02}


def test_without_a_sensor_there_are_no_strata_and_the_reason(throttled):
    description, batch = throttled
    (told,) = result(final(description, dataclasses.replace(batch, readings={}), leave_out=False), {}, {})["results"]
    assert "missing" in told["strata"]


def test_the_median_at_the_highest_clock_is_told_or_why_there_is_none(throttled):
    description, batch = throttled
    clock = Channel("clock.0", "Hz", "clock", 1000.0, id=1)
    description = dataclasses.replace(description, channels=(THROTTLE, clock))
    khz = np.where(np.arange(11) < 3, 1_800_000, 900_000)
    read = dataclasses.replace(batch, readings={1: Readings(batch.readings[0].t_ns, khz)})
    (run,) = final(description, read, leave_out=False).runs
    assert run.highest_clock_hz == 1.8e9 and run.p50_ns == 10_000_000
    assert run.p50_at_highest_clock_ns == 5_000_000
    gone = Event(START, "missing", {"channel": 1, "reason": "no cpufreq"})
    without = dataclasses.replace(batch, readings={}, events=(gone,))
    (told,) = result(final(description, without, leave_out=False), {}, {})["results"]
    assert told["p50_at_highest_clock_s"] == {"missing": "no cpufreq"}
