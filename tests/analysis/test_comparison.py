"""Two runs are compared by neighbouring blocks; what cannot be told apart is not ordered."""

import numpy as np
import pytest

from edgetop.analysis.comparison import (
    LEAST_PAIRS,
    Ratio,
    of_quantities,
    paired,
    ranks,
    times_as_fast,
    times_as_much,
)
from edgetop.readings import Missing


def blocks(rng, count, ratio, scatter=0.03, drift=True, spikes=0.05):
    """Two runs' medians by sweep, under a common drift, each with scatter of its own and some disturbed blocks."""
    common = np.exp(np.cumsum(rng.normal(0, 0.02, count))) if drift else np.ones(count)
    sides = []
    for factor in (1.0, ratio):
        own = factor * common * np.exp(rng.normal(0, scatter, count))
        own[rng.random(count) < spikes] *= rng.uniform(1.5, 4)
        sides.append(dict(enumerate(own.tolist())))
    return sides


def test_a_common_drift_cancels():
    rng = np.random.default_rng(1)
    first, second = blocks(rng, 200, 1.5, scatter=0.001, spikes=0)
    found = paired(first, second)
    assert found.value == pytest.approx(1.5, rel=0.001)
    assert found.high / found.low < 1.002 and found.pairs == 200


@pytest.mark.parametrize(("ratio", "count"), [(1.0, 40), (1.0, 200), (1.02, 100), (3.0, 100)])
def test_the_interval_covers_the_ratio_in_about_95_of_100_sessions(ratio, count):
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(300):
        found = paired(*blocks(rng, count, ratio))
        covered += found.low <= ratio <= found.high
    assert 0.92 <= covered / 300 <= 0.985


def test_a_small_difference_is_told_when_there_are_enough_pairs():
    rng = np.random.default_rng(3)
    told = sum(paired(*blocks(rng, 400, 1.02)).tells for _ in range(50))
    assert told > 45


def test_only_sweeps_that_both_had_count():
    first, second = dict.fromkeys(range(30), 1.0), dict.fromkeys(range(11, 50), 2.0)
    assert paired(first, second) == Missing(f"needs {LEAST_PAIRS} pairs of turns, has 19")
    assert paired(first, dict.fromkeys(range(50), 2.0)).value == pytest.approx(2.0)


def test_what_cannot_be_told_apart_has_one_rank():
    clear, unclear = Ratio(2.0, 1.9, 2.1, 50), Ratio(1.01, 0.99, 1.03, 50)
    # 0 and 1 alike, 2 slower than both
    assert ranks([0, 1, 2], {(0, 1): unclear, (0, 2): clear, (1, 2): clear}) == {0: 1, 1: 1, 2: 3}
    assert ranks([0, 1, 2], {(0, 1): unclear, (2, 0): clear, (1, 2): unclear}) == {0: 2, 1: 1, 2: 1}
    assert ranks([0, 1], {(0, 1): Missing("no pairs")}) == {0: 1, 1: 1}


def test_the_verdict_names_the_faster_first_with_the_digits_that_mean_something():
    ratio = Ratio(2.9412, 2.911, 2.972, 80)
    assert times_as_fast("LiteRT", "Caffe", ratio) == "LiteRT is 2.94 times as fast as Caffe, 95 % 2.91 to 2.97"
    assert times_as_fast("Caffe", "LiteRT", ratio.inverse) == times_as_fast("LiteRT", "Caffe", ratio)
    assert times_as_fast("A", "B", Ratio(250.3, 231.0, 270.0, 80)) == "A is 250 times as fast as B, 95 % 231 to 270"
    assert times_as_fast("A", "B", Ratio(1.0213, 1.0209, 1.0217, 80)).endswith(
        "1.0213 times as fast as B, 95 % 1.0209 to 1.0217"
    )


def test_no_difference_is_said_to_be_none_that_this_session_can_tell():
    said = times_as_fast("A", "B", Ratio(1.01, 0.99, 1.03, 50))
    assert said == "no difference between A and B that this session can tell (95 % 0.99 to 1.03)"


def test_less_of_something_is_better():
    assert (
        times_as_much("A", "B", "energy", Ratio(2.0, 1.8, 2.2, 0))
        == "B takes 2.00 times the energy of A, 95 % 1.80 to 2.20"
    )
    assert times_as_much("A", "B", "energy", Ratio(0.5, 0.45, 0.56, 0)).startswith("A takes 2.00 times the energy of B")
    assert times_as_much("A", "B", "memory", Ratio(1.41, 1.41, 1.41, 0)) == "B takes 1.41 times the memory of A"


def test_two_figures_with_their_intervals_make_a_ratio_with_one():
    found = of_quantities((2.0, 0.02), (4.0, 0.04))
    assert found.value == 2.0
    assert found.high == pytest.approx(2.0 * np.exp(0.01 * 2**0.5))
