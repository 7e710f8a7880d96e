"""Figures come from what the batches carry, however it was cut."""

import dataclasses

import numpy as np
import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.readings import Missing
from edgetop.samples import Batch, Event, Samples

SECOND = 1_000_000_000


def final(description, batches):
    aggregate = Aggregate(description)
    for batch in batches:
        aggregate.add(batch)
    return aggregate.snapshot(final=True)


def test_figures_of_a_run_are_those_of_its_samples(description, recording):
    snapshot = final(description, [recording])
    steady = recording.samples[0].duration_ns[recording.samples[0].flags == 0]
    run = snapshot.runs[0]
    assert run.count == len(steady)
    assert run.set_aside == len(recording.samples[0]) - len(steady)
    assert run.p50_ns == np.sort(steady)[(len(steady) + 1) // 2 - 1]
    assert run.mean_ns == pytest.approx(steady.mean(), rel=1e-12)
    assert run.stddev_ns == pytest.approx(steady.std(ddof=1), rel=1e-9)
    assert (run.min_ns, run.max_ns) == (steady.min(), steady.max())
    assert run.cpu_percent == pytest.approx(50, abs=0.01)
    assert run.rss_bytes == 90 << 20
    assert run.version == "2.3.0"
    assert run.labels[0] == ("tabby", 0.5)


def test_power_and_energy_are_of_the_runs_own_turns(description, recording):
    first, second = final(description, [recording]).runs
    # a turn of run 0 touches the neighbours' power only at its edges
    assert first.power_w == pytest.approx(2.0, abs=0.05)
    assert second.power_w == pytest.approx(3.0, abs=0.05)
    turns = [event.data for event in recording.events if event.kind == "turn" and event.run == 0]
    mean_turn_s = np.mean([turn["end_ns"] - turn["start_ns"] for turn in turns]) / 1e9
    assert first.energy_j == pytest.approx(2.0 * mean_turn_s / 60, rel=0.03)


@pytest.mark.parametrize("pieces", [1, 7, 160, 911])
def test_the_final_snapshot_is_the_same_however_the_data_was_cut(description, recording, cut_batch, pieces):
    edges = np.linspace(description.t0_mono_ns, recording.until_ns, pieces + 1)[1:-1].astype(int).tolist()
    whole, parts = final(description, [recording]), final(description, cut_batch(recording, edges))
    assert dataclasses.replace(parts, columns=whole.columns) == whole


def test_columns_come_once_and_without_a_gap(description, recording, cut_batch):
    edges = np.arange(description.t0_mono_ns, recording.until_ns, 70_000_000).tolist()
    aggregate = Aggregate(description)
    expected = 0
    seen = []
    for batch in cut_batch(recording, edges):
        aggregate.add(batch)
        columns = aggregate.snapshot().columns
        assert columns.first == expected
        lengths = {len(values) for values in columns.series.values()}
        assert len(lengths) <= 1
        expected += max(lengths, default=0)
        seen += columns.series.get("latency.0", ())
    assert expected >= 30
    low, mean, high = seen[0]
    assert 4_900_000 <= low <= mean <= high <= 5_200_000
    assert seen[2] is None  # the other run held that turn


def test_a_snapshot_that_was_dropped_gives_its_columns_again(description, recording):
    aggregate = Aggregate(description)
    aggregate.add(recording)
    dropped = aggregate.snapshot()
    aggregate.undo(dropped)
    assert aggregate.snapshot().columns == dropped.columns
    assert aggregate.snapshot().columns.series == {}


def test_outputs_that_differ_are_said_aloud(description):
    aggregate = Aggregate(description)
    difference = Event(description.t0_mono_ns, "outputs", {"difference": 0.02, "agrees_with": 0}, 1)
    aggregate.add(Batch(description.t0_mono_ns + 1, events=(difference,)))
    snapshot = aggregate.snapshot()
    assert snapshot.verdict == "outputs DIFFER: Caffe (OpenCV) by 2.0e-02"
    assert snapshot.runs[1].agrees_with == "LiteRT"


def test_outputs_within_tolerance_agree(description, recording):
    assert final(description, [recording]).verdict == "outputs agree to 3e-07"


def test_a_missing_sensor_is_a_reason_and_its_return_a_value(description, recording):
    aggregate = Aggregate(description)
    gone = Event(description.t0_mono_ns, "missing", {"channel": 0, "reason": "unplugged", "hint": "plug it in"})
    aggregate.add(Batch(description.t0_mono_ns + 1, events=(gone,)))
    assert aggregate.snapshot().gauges[0].value == Missing("unplugged", "plug it in")
    assert isinstance(aggregate.snapshot().runs[0].power_w, Missing)
    aggregate.add(Batch(recording.until_ns, readings={0: recording.readings[0]}))
    assert isinstance(aggregate.snapshot().gauges[0].value, float)


def test_without_a_meter_power_and_energy_say_what_the_meter_says(description):
    aggregate = Aggregate(description)
    gone = Event(description.t0_mono_ns, "missing", {"channel": 0, "reason": "no I2C bus", "hint": "turn it on"})
    aggregate.add(Batch(description.t0_mono_ns + 1, events=(gone,)))
    run = aggregate.snapshot().runs[0]
    assert run.power_w == run.energy_j == Missing("no I2C bus", "turn it on")


def test_a_sensor_that_went_and_came_back_within_a_batch_is_there(description, recording):
    gone = Event(description.t0_mono_ns + SECOND, "missing", {"channel": 0, "reason": "unplugged"})
    batch = dataclasses.replace(recording, events=(*recording.events, gone))
    assert isinstance(final(description, [batch]).gauges[0].value, float)


def test_turns_while_the_meter_was_away_have_no_energy(description, recording):
    readings = recording.readings[0]
    there = (readings.t_ns < description.t0_mono_ns + 2 * SECOND) | (
        readings.t_ns > description.t0_mono_ns + 6 * SECOND
    )
    gap = dataclasses.replace(recording, readings={0: type(readings)(readings.t_ns[there], readings.ticks[there])})
    whole, with_gap = final(description, [recording]), final(description, [gap])
    assert with_gap.runs[0].energy_j == pytest.approx(whole.runs[0].energy_j, rel=0.02)
    assert with_gap.runs[0].energy_j != whole.runs[0].energy_j


def test_many_samples_are_not_sorted_for_every_snapshot(description):
    aggregate = Aggregate(description)
    start = description.t0_mono_ns

    def add(count, first):
        starts = start + 1000 * np.arange(first, first + count)
        zeros = np.zeros(count, np.int64)
        aggregate.add(Batch(int(starts[-1]) + 1000, {0: Samples(starts, np.full(count, 900), zeros, zeros)}))

    add(100_000, 0)
    assert aggregate.snapshot().runs[0].count == 100_000
    add(10, 100_000)
    assert aggregate.snapshot().runs[0].count == 100_000  # a figure tells the samples it was made of
    assert aggregate.snapshot(final=True).runs[0].count == 100_010


def test_a_failed_run_shows_its_message(description):
    aggregate = Aggregate(description)
    event = Event(description.t0_mono_ns, "run", {"status": "failed", "message": "died", "hint": "look"}, 1)
    aggregate.add(Batch(description.t0_mono_ns + SECOND, events=(event,)))
    run = aggregate.snapshot().runs[1]
    assert (run.status, run.message, run.hint) == ("failed", "died", "look")


def told(description, *events):
    return final(description, [Batch(description.t0_mono_ns + SECOND, events=events)])


def test_what_a_detector_found_is_passed_on(description):
    rows = [["cat", 0.9, 1, 2.0, 30.0, 40.0], ["dog", 0.5, 0.0, 0.0, 5.0, 5.0]]
    snapshot = told(
        description, Event(description.t0_mono_ns + 1, "outputs", {"detections": rows, "decode_ns": 7000}, 0)
    )
    assert snapshot.runs[0].detections == (("cat", 0.9, 1.0, 2.0, 30.0, 40.0), ("dog", 0.5, 0.0, 0.0, 5.0, 5.0))
    assert snapshot.runs[0].decode_ns == 7000
    assert snapshot.runs[1].detections == ()
    assert isinstance(snapshot.runs[1].decode_ns, Missing)


@pytest.mark.parametrize(("raw", "words"), [(True, "agree to"), (False, "DIFFER")])
def test_raw_outputs_may_differ_by_more_than_probabilities(description, raw, words):
    start = description.t0_mono_ns
    first = Event(start + 1, "outputs", {"raw": raw}, 0)
    second = Event(start + 2, "outputs", {"raw": raw, "difference": 5e-5, "agrees_with": 0}, 1)
    assert words in told(description, first, second).verdict
