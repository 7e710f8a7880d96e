"""Batch-means intervals cover the truth, also where latencies drift."""

from itertools import accumulate

import numpy as np
import pytest

from edgetop.analysis.intervals import batch_means, correlation_time
from edgetop.readings import Missing


def drifting(rng, count, correlation=0.97):
    """Latencies of 5 ms whose slow drift an interval for independent values would not see."""
    noise = rng.normal(0, 1, count)
    steps = np.sqrt(1 - correlation**2) * noise
    steps[0] = rng.normal()
    drift = accumulate(steps.tolist(), lambda last, step: correlation * last + step)
    return (5_000_000 + 50_000 * np.fromiter(drift, float, count)).astype(np.int64)


def test_the_interval_of_the_median_covers_it_in_about_95_of_100_drifting_series():
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        low, high = batch_means(drifting(rng, 20_000), 50)
        covered += low <= 5_000_000 <= high
    assert 180 <= covered <= 199


@pytest.mark.parametrize("count", [70, 160, 500, 2000])
def test_a_series_too_short_for_its_drift_has_no_interval_or_one_that_covers(count):
    rng = np.random.default_rng(11)
    intervals = [batch_means(drifting(rng, count), 50) for _ in range(100)]
    told = [interval for interval in intervals if not isinstance(interval, Missing)]
    missed = sum(not low <= 5_000_000 <= high for low, high in told)
    assert missed <= 10 + 0.1 * len(told)


def test_the_correlation_time_of_independent_and_of_drifting_latencies():
    rng = np.random.default_rng(5)
    assert correlation_time(rng.normal(5e6, 1e4, 5000).astype(np.int64)) < 2
    assert 30 < correlation_time(drifting(rng, 20_000)) < 130  # (1 + 0.97) / (1 - 0.97) = 66
    assert correlation_time(np.full(100, 7)) == 1


def test_too_few_samples_for_ten_batches_are_missing():
    assert batch_means(np.arange(69), 50) == Missing("needs 70 inferences, has 69")


def test_constant_latencies_have_an_interval_of_no_width():
    assert batch_means(np.full(100, 42), 50) == (42.0, 42.0)
