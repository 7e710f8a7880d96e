"""Each pair of runs has a verdict, however the recording was cut; ranks do not order what is not told apart."""

import dataclasses

import numpy as np
import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.blocks import Blocks
from edgetop.engine.names import common, names
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.samples import SETTLING, Batch, Event, Samples

SECOND = 1_000_000_000
START = 5_000_000_000_000


def turns(description, ratio, sweeps=40, waits=0):
    """Two runs in turns of ten inferences, at 5 ms and ``ratio`` times that, within a drift of the clock."""
    rng = np.random.default_rng(4)
    samples, events, now = {0: [], 1: []}, [], START
    for turn in range(2 * sweeps):
        run = (0, 1, 1, 0)[turn % 4]
        durations = (5_000_000 * (ratio if run else 1) * (1 + turn / 200) * rng.normal(1, 0.003, 12)).astype(np.int64)
        starts = now + np.concatenate(([0], np.cumsum(durations)[:-1]))
        flags = np.where(np.arange(12) < 2, SETTLING, 0)
        samples[run].append(Samples(starts, durations, np.full(12, waits * run, np.int64), flags))
        end = int(starts[-1] + durations[-1])
        data = {"start_ns": now, "end_ns": end, "count": 12, "cpu_ns": end - now, "sweep": turn // 2}
        events.append(Event(end, "turn", data, run))
        now = end + 100_000
    return samples, events, now


def batch_of(samples, events, until):
    from edgetop.samples import join_samples

    return Batch(until, {run: join_samples(parts) for run, parts in samples.items()}, {}, tuple(events))


def final(description, *batches):
    aggregate = Aggregate(description)
    for batch in batches:
        aggregate.add(batch)
    return aggregate.snapshot(final=True)


def latency(snapshot):
    return next(verdict for verdict in snapshot.verdicts if verdict.kind == "latency")


def test_the_faster_is_told_with_its_interval_in_spite_of_a_drift(description):
    snapshot = final(description, batch_of(*turns(description, 1.5)))
    found = latency(snapshot)
    assert found.low < 1.5 < found.high and found.high - found.low < 0.02
    assert found.text.startswith("LiteRT is 1.5") and "times as fast as Caffe (OpenCV)" in found.text
    assert [run.rank for run in snapshot.runs] == [1, 2]


def test_equal_runs_share_a_rank(description):
    snapshot = final(description, batch_of(*turns(description, 1.0)))
    assert latency(snapshot).text.startswith("no difference between LiteRT and Caffe (OpenCV)")
    assert [run.rank for run in snapshot.runs] == [1, 1]


def test_too_few_turns_have_no_verdict_and_no_rank(description):
    snapshot = final(description, batch_of(*turns(description, 1.5, sweeps=8)))
    assert isinstance(latency(snapshot).value, Missing)
    assert "needs 20 pairs of turns, has 8" in latency(snapshot).text
    assert [run.rank for run in snapshot.runs] == [0, 0]


def test_what_waited_for_a_core_is_taken_off_in_a_figure_of_its_own(description):
    found = latency(final(description, batch_of(*turns(description, 1.5, waits=2_500_000))))
    assert found.value == pytest.approx(1.5, rel=0.01)
    assert found.corrected == pytest.approx(1.07, abs=0.03)


def test_verdicts_do_not_depend_on_how_the_recording_was_cut(description):
    samples, events, until = turns(description, 1.2)
    whole = final(description, batch_of(samples, events, until))
    aggregate = Aggregate(description)
    for turn, event in enumerate(events):
        aggregate.add(Batch(event.t_ns, {event.run: samples[event.run][turn // 2]}, {}, (event,)))
        aggregate.snapshot()
    assert aggregate.snapshot(final=True).verdicts == whole.verdicts


def test_outputs_that_differ_are_part_of_the_verdict(description):
    samples, events, until = turns(description, 1.5)
    apart = Event(START, "outputs", {"difference": 0.5, "agrees_with": 0}, 1)
    found = latency(final(description, batch_of(samples, [apart, *events], until)))
    assert found.outputs == "DIFFER" and found.text.endswith(", but outputs DIFFER")
    close = Event(START, "outputs", {"difference": 3e-7, "agrees_with": 0}, 1)
    found = latency(final(description, batch_of(samples, [close, *events], until)))
    assert found.outputs == "agree to 3e-07" and found.text.endswith(", outputs agree to 3e-07")
    assert latency(final(description, batch_of(samples, events, until))).outputs == ""


def test_outputs_that_were_compared_with_another_run_say_nothing_of_this_pair(description):
    samples, events, until = turns(description, 1.5)
    other = Event(START, "outputs", {"difference": 3e-7, "agrees_with": 7}, 1)
    assert latency(final(description, batch_of(samples, [other, *events], until))).outputs == ""


def test_memory_is_compared_and_a_small_difference_is_none(description):
    description = dataclasses.replace(description, channels=())
    aggregate = Aggregate(description)
    runs = aggregate.snapshot(final=True).runs
    assert not [v for v in aggregate.snapshot(final=True).verdicts if v.kind == "memory"]
    from edgetop.engine.verdicts import memory_ratio

    big = dataclasses.replace(runs[0], peak_rss_bytes=200.0)
    small = dataclasses.replace(runs[1], peak_rss_bytes=100.0)
    assert memory_ratio(big, small).value == 0.5 and memory_ratio(big, small).tells
    assert not memory_ratio(big, dataclasses.replace(small, peak_rss_bytes=201.0)).tells


def test_an_alone_stretch_is_set_apart():
    blocks = Blocks()
    durations = np.array([9, 8, 5, 5, 5, 6]) * 1000
    starts = START + np.arange(6) * 10_000
    blocks.add_samples(Samples(starts, durations, np.zeros(6, np.int64), np.full(6, SETTLING)))
    blocks.add_event(Event(START, "alone", {"start_ns": START, "end_ns": START + 60_000, "count": 6}, 0))
    blocks.settle(START + SECOND, final=True)
    assert blocks.alone_ns == 5000 and not blocks.raw


def test_names_tell_what_differs():
    base = RunFigures(0, "litert", "LiteRT", "mobilenet_v2", "fp32", 1)
    assert names([base, dataclasses.replace(base, title="Caffe")]) == ["LiteRT", "Caffe"]
    assert names([base, dataclasses.replace(base, precision="int8", threads=2)]) == [
        "LiteRT fp32 1 thread",
        "LiteRT int8 2 threads",
    ]
    assert common([base, dataclasses.replace(base, precision="int8")]) == ["mobilenet_v2", "1 thread"]
