"""Shares and their intervals are the published ones, and two runs alike are hardly ever told apart."""

import numpy as np
import pytest

from edgetop.analysis.accuracy import Paired, paired_interval, wilson

NEWCOMBE = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
"""Statistics in Medicine 17 (1998), page 857, table I, method 3."""


@pytest.mark.parametrize(("share", "expected"), NEWCOMBE.items(), ids=str)
def test_wilson_is_as_published(share, expected):
    assert wilson(*share) == pytest.approx(expected, abs=5e-5)


def differ(pair):
    low, high = paired_interval(pair)
    return not low <= 0 <= high


def test_wilson_reaches_the_ends_and_never_beyond():
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0
    assert all(0 <= edge <= 1 for hits in range(8) for edge in wilson(hits, 7))


def test_wilson_covers_the_true_share_in_95_of_100():
    numbers = np.random.default_rng(11)
    covered = [low <= 0.75 <= high for low, high in (wilson(int(h), 500) for h in numbers.binomial(500, 0.75, 4000))]
    assert 0.94 <= np.mean(covered) <= 0.96


def test_the_interval_of_a_difference_is_as_published():
    # Airway hyper-responsiveness before and after: Fagerland, Lydersen, Laake, Statistics in Medicine 33 (2014).
    assert paired_interval(Paired(1, 7, 21)) == pytest.approx((-0.508, -0.013), abs=1e-3)
    # Approval of a prime minister, 1600 asked twice: Agresti, Categorical Data Analysis, has (0.021, 0.059) by Wald.
    assert paired_interval(Paired(150, 86, 1600)) == pytest.approx((0.021, 0.059), abs=5e-4)


def test_two_runs_that_never_differ_are_not_told_apart():
    pair = Paired(0, 0, 50)
    low, high = paired_interval(pair)
    assert low < 0 < high and not differ(pair)


def test_equal_runs_are_called_different_in_at_most_5_of_100():
    numbers = np.random.default_rng(3)
    splits = numbers.multinomial(400, (0.04, 0.04, 0.92), 4000)
    called = [differ(Paired(int(first), int(second), 400)) for first, second, _ in splits]
    assert np.mean(called) <= 0.05


def test_a_difference_that_is_there_is_seen_by_pairs_where_single_intervals_overlap():
    pair = Paired(40, 12, 1000)
    apart = wilson(740, 1000), wilson(712, 1000)
    assert apart[0][0] < apart[1][1]
    assert differ(pair)
