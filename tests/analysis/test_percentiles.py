"""Percentiles are the nearest rank, and are refused below the count at which they mean something."""

import numpy as np
import pytest

from edgetop.analysis.percentiles import median, minimum_count, nearest_rank
from edgetop.readings import Missing


@pytest.mark.parametrize(("percent", "count"), [(50, 7), (90, 44), (95, 90), (99, 459), (99.9, 4603)])
def test_minimum_counts_are_the_published_ones(percent, count):
    assert minimum_count(percent) == count


def test_nearest_rank_is_a_value_of_the_sample_whatever_its_order():
    values = np.random.default_rng(1).permutation(np.arange(1, 1001))
    assert nearest_rank(values, (50, 90, 99)) == [500, 900, 990]


def test_a_percentile_one_short_of_its_count_is_missing_and_says_what_it_needs():
    p50, p90 = nearest_rank(np.arange(43), (50, 90))
    assert p50 == 21
    assert p90 == Missing("needs 44 inferences, has 43")
    assert nearest_rank(np.arange(44), (90,)) == [39]


def test_no_samples_give_no_percentile():
    assert isinstance(nearest_rank(np.empty(0, np.int64), (50,))[0], Missing)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101, 1000])
def test_the_median_is_numpys_to_the_last_digit(count):
    rng = np.random.default_rng(count)
    for values in (rng.integers(1, 10**12, count), rng.random(count), np.full(count, 7)):
        assert median(values) == float(np.median(values))
