"""Statistics of parts add up to those of the whole, and histograms give its percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.samples import Batch, Readings, Samples
from edgetop.sessions.intake import second_of
from edgetop.sessions.pyramid import (
    BUCKETS,
    Pyramid,
    merged,
    pack_histogram,
    quantile,
    stats_of,
    unpack_histogram,
)
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

SECOND_NS = 1_000_000_000


def stat_of(values, latency):
    values = np.asarray(values, np.int64)
    samples = {5: Samples(values, values, values, values)} if latency else {}
    return stats_of(second_of({} if latency else {5: Readings(values, values)}, samples))[5]


def test_merged_statistics_are_those_of_all_values(rng):
    values = rng.integers(1, 10**9, 5000)
    whole = stat_of(values, latency=True)
    parts = merged([stat_of(part, latency=True) for part in np.array_split(values, 7)])
    assert parts[:4] == whole[:4] == (5000, values.min(), values.max(), values.sum())
    assert np.array_equal(parts.histogram, whole.histogram)


@pytest.mark.parametrize("q", [0.5, 0.9, 0.99])
def test_percentiles_from_the_histogram_are_within_about_a_hundredth(rng, q):
    values = np.exp(rng.normal(15, 0.5, 20_000)).astype(np.int64)
    assert quantile(stat_of(values, latency=True), q) == pytest.approx(np.quantile(values, q), rel=0.0125)


def test_histograms_come_back_also_at_the_ends(rng):
    for values in ([0], [1, 2**63 - 1], [-5, 0, 1], rng.integers(1, 10**12, 1000)):
        histogram = stat_of(np.array(values, np.int64), latency=True).histogram
        assert len(histogram) == BUCKETS
        assert np.array_equal(unpack_histogram(pack_histogram(histogram)), histogram)


def test_buckets_are_taken_out_when_they_are_over_and_counted_in_above():
    pyramid = Pyramid()
    for second in range(25):
        pyramid.add(second, {3: stat_of([second], latency=False)})
    rows = list(pyramid.over(25))
    assert [(row.width_s, row.bucket, row.stat.n) for row in rows] == [(10, 0, 10), (10, 1, 10)]
    rest = list(pyramid.over(10**6))
    assert [(row.width_s, row.bucket, row.stat.n) for row in rest] == [(10, 2, 5), (100, 0, 25), (1000, 0, 25)]
    assert rest[-1].stat[:4] == (25, 0, 24, 300)


def _second(sessions, second, duration_ns):
    end = np.array([sessions.start_ns + second * SECOND_NS + 500], np.int64)
    duration = np.array([duration_ns], np.int64)
    samples = Samples(end - duration, duration, duration * 0, duration * 0)
    return Batch(sessions.start_ns + (second + 1) * SECOND_NS, {0: samples})


@pytest.mark.parametrize("ended", ["closed", "crashed"])
@pytest.mark.parametrize("buckets", [1, 3, 40, 300, 5000])
def test_an_overview_counts_every_sample_once(tmp_path, sessions, ended, buckets):
    writer = SessionWriter(str(tmp_path / "a"), sessions.describe())
    for second in range(1234):
        writer.add(_second(sessions, second, second + 1))
    writer.commit()
    writer.add(_second(sessions, 17, 5000))  # late, into buckets that are written
    writer.commit()
    writer.close() if ended == "closed" else writer.let_go()
    with SessionReader(str(tmp_path / "a")) as reader:
        assert reader.closed == (ended == "closed")
        rows = reader.overview(reader.latency_channel(0), buckets)
    assert len(rows) <= buckets
    assert [row.t_ns for row in rows] == [index * rows[0].width_ns for index in range(len(rows))]
    assert sum(row.n for row in rows) == 1235
    assert sum(row.sum for row in rows) == 1234 * 1235 // 2 + 5000
    assert max(row.max for row in rows) == rows[17 * SECOND_NS // rows[0].width_ns].max == 5000
    assert (rows[0].min, rows[-1].max if buckets > 1 else 1234) == (1, 1234)
