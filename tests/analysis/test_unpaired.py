"""Intervals of the ratio of two sessions' medians hold what they promise, where latencies depend on each other."""

import numpy as np
import pytest

from edgetop.analysis.intervals import batch_means
from edgetop.analysis.percentiles import nearest_rank
from edgetop.analysis.unpaired import of_intervals
from edgetop.readings import Missing

COUNT = 4000
TRIALS = 150


def session(rng, median_ns):
    """Latencies that wander: each keeps 0.8 of how far the last one was off, as a warm board's do."""
    noise = rng.normal(0, 0.02, COUNT)
    wandering = np.empty(COUNT)
    last = 0.0
    for place, each in enumerate(noise.tolist()):
        last = 0.8 * last + each
        wandering[place] = last
    return (median_ns * np.exp(wandering)).astype(np.int64)


def figures(durations):
    return nearest_rank(durations, (50,))[0], batch_means(durations, 50)


def test_nineteen_of_twenty_intervals_hold_the_true_ratio():
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(TRIALS):
        ratio = of_intervals(*figures(session(rng, 5e6)), *figures(session(rng, 6e6)))
        held += ratio.low <= 1.2 <= ratio.high
    assert 0.91 <= held / TRIALS <= 1.0
    assert ratio.high - ratio.low < 0.05


def test_what_is_missing_of_either_is_missing_of_the_ratio():
    why = Missing("needs 70 inferences, has 3")
    assert of_intervals(5e6, (4e6, 6e6), 5e6, why) is why
    assert isinstance(of_intervals(0.0, (0.0, 0.0), 5e6, (4e6, 6e6)), Missing)


def test_the_same_session_is_no_different_from_itself():
    ratio = of_intervals(5e6, (4.9e6, 5.1e6), 5e6, (4.9e6, 5.1e6))
    assert ratio.value == 1.0 and not ratio.tells
    assert ratio.high == pytest.approx(1 / ratio.low)
