"""What is recorded of a run that makes more samples in a second than are wanted."""

import dataclasses

import numpy as np

from edgetop.samples import SET_ASIDE, SPARED, Batch, Samples
from edgetop.sessions.reader import SessionReader


def test_beyond_a_limit_outliers_are_kept_and_stay_out_of_the_figures(tmp_path, sessions):
    described = sessions.describe()
    described = dataclasses.replace(described, plan=dataclasses.replace(described.plan, raw_limit=100))
    at = np.arange(950, dtype=np.int64) * 1_000_000
    durations = 500 + at // 1_000_000 % 7
    durations[[333, 640, 777]] = 90_000  # the one in the midst is one of those chosen evenly
    batch = Batch(sessions.start_ns + 10**9, {1: Samples(sessions.start_ns + at, durations, at * 0, at * 0)})
    path = sessions.write(tmp_path / "a.edgetop", [batch], described)
    with SessionReader(path) as reader:
        (kept,) = reader.batches(0, reader.duration_ns)
    samples, counted = kept.samples[1], kept.samples[1].flags & SET_ASIDE == 0
    assert (samples.start_ns[samples.duration_ns == 90_000] - sessions.start_ns).tolist() == [*at[[333, 640, 777]]]
    assert np.array_equal(samples.start_ns[counted], sessions.start_ns + at[::10])
    assert samples.flags[~counted].tolist() == [SPARED, SPARED]
    assert [event.data for event in kept.events] == [{"count": 950 - 95 - 2}]


def test_outliers_are_kept_up_to_the_limit_the_slowest_first(tmp_path, sessions):
    described = sessions.describe()
    described = dataclasses.replace(described, plan=dataclasses.replace(described.plan, raw_limit=10))
    at = np.arange(1000, dtype=np.int64) * 1_000_000
    durations = np.where(at // 1_000_000 % 9 == 4, 10_000 + at // 1_000_000, 500)
    batch = Batch(sessions.start_ns + 10**9, {0: Samples(sessions.start_ns + at, durations, at * 0, at * 0)})
    with SessionReader(sessions.write(tmp_path / "a.edgetop", [batch], described)) as reader:
        (kept,) = reader.batches(0, reader.duration_ns)
    samples = kept.samples[0]
    spared = samples.duration_ns[samples.flags == SPARED]
    slowest = np.sort(durations)[-10:]
    assert len(samples) <= 20 and set(spared.tolist()) <= set(slowest.tolist())
    assert set(slowest.tolist()) <= set(samples.duration_ns.tolist())


def test_beyond_a_limit_samples_are_thinned_evenly_while_statistics_count_all(tmp_path, sessions):
    described = sessions.describe()
    described = dataclasses.replace(described, plan=dataclasses.replace(described.plan, raw_limit=100))
    start, second = sessions.start_ns, 10**9
    slow = np.arange(90, dtype=np.int64) * 10_000_000
    fast = np.arange(950, dtype=np.int64) * 1_000_000
    batches = [
        Batch(
            start + second,
            {run: Samples(start + at, at * 0 + 5, at * 0, at * 0) for run, at in enumerate((slow, fast))},
        ),
        Batch(start + 2 * second, {1: Samples(start + second + slow, slow * 0 + 5, slow * 0, slow * 0)}),
    ]
    with SessionReader(sessions.write(tmp_path / "a.edgetop", batches, described)) as reader:
        assert reader.description.plan.raw_limit == 100
        first, last = reader.batches(0, reader.duration_ns)
        (row,) = reader.overview(reader.latency_channel(1), 1)
    assert len(first.samples[0]) == 90 and len(last.samples[1]) == 90
    assert np.array_equal(first.samples[1].start_ns, start + fast[::10])
    assert [(event.kind, event.data, event.run) for event in first.events] == [("lost", {"count": 855}, 1)]
    assert not last.events
    assert row.n == 950 + 90
