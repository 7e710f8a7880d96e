"""LoadGen's early-stopping estimate: its own check values, and MLPerf's rules for a stream of single queries."""

from math import exp, lgamma, log

import numpy as np
import pytest

from edgetop.analysis.early_stopping import dropped, early_stop, least_count, single_stream
from edgetop.readings import Missing


def plain(q, p, confidence=0.99):
    """The definition, term by term."""
    total, t = 0.0, -1
    for k in range(q + 1):
        total += exp(lgamma(q + 1) - lgamma(k + 1) - lgamma(q - k + 1) + k * log(1 - p) + (q - k) * log(p))
        if total > 1 - confidence:
            return t
        t = k
    return t


@pytest.mark.parametrize(("share", "count"), [(0.9, 64), (0.95, 130), (0.97, 219), (0.99, 662)])
def test_the_fewest_queries(share, count):
    assert least_count(share) == count
    assert dropped(count, share) == 1 and dropped(count - 1, share) == 0


@pytest.mark.parametrize(
    ("count", "share", "t"),
    [
        *((64, 0.9, 1), (100, 0.9, 3), (128, 0.9, 5), (300, 0.9, 18), (500, 0.9, 34), (700, 0.9, 51)),
        *((1000, 0.9, 78), (1000, 0.99, 2), (5000, 0.99, 33)),
    ],
)
def test_what_loadgen_drops(count, share, t):
    assert dropped(count, share) == t


@pytest.mark.parametrize("count", [1, 2, 43, 44, 63, 999, 4321, 23_886])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.97, 0.99])
def test_ratios_give_what_the_definition_gives(count, share):
    assert dropped(count, share) == plain(count, share)


def test_a_million_queries_are_no_trouble():
    t = dropped(1_000_000, 0.9)
    # 2.326 standard deviations of 300 below the mean
    assert abs(t - (100_000 - 2.326 * 300)) < 3


def test_the_estimate_is_the_largest_latency_left():
    durations = np.random.default_rng(5).permutation(np.arange(1, 1001))
    assert early_stop(durations) == 1000 - 78 + 1
    assert early_stop(durations, 0.99) == 1000 - 2 + 1


def test_too_few_latencies_have_no_estimate():
    assert early_stop(np.arange(63)) == Missing("needs 64 inferences, has 63")
    assert early_stop(np.arange(64)) == 63
    assert early_stop(np.empty(0, np.int64)) == Missing("needs 64 inferences, has 0")


def test_the_estimate_is_seldom_below_the_true_percentile():
    chance = np.random.default_rng(7)
    below = sum(early_stop(chance.exponential(1e6, 500).astype(np.int64)) < 1e6 * log(10) for _ in range(2000))
    # 1 % of 2,000 are 20, give or take 4.5; the rank is whole, which makes it fewer
    assert 2 <= below <= 34


def test_a_valid_stream_of_single_queries():
    result = single_stream(6e6, 12_000, 5.1e6)
    assert result.valid and result.seconds == pytest.approx(61.2)


def test_all_that_makes_it_invalid_is_told():
    result = single_stream(Missing("needs 64 inferences, has 9"), 9, 5e6, lost=2, left_out=3)
    assert not result.valid
    assert result.reasons == (
        "9 queries of at least 64",
        "0.0 s of at least 60 s",
        "the latencies of 2 queries are lost",
        "3 queries are left out, since the board throttled",
    )
    assert single_stream(Missing("x"), 0, Missing("x")).seconds == 0
