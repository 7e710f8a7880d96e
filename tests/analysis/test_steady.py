"""What has come to rest is told from what has not; nothing is cut in silence."""

import numpy as np
import pytest

from edgetop.analysis.steady import LEAST, Outliers, Steadiness, outliers, steadiness
from edgetop.readings import Missing


def noise(count, seed=1, scatter=0.003):
    return np.random.default_rng(seed).normal(1, scatter, count)


@pytest.mark.parametrize("count", [40, 200, 3000])
def test_a_level_series_is_steady_in_most_sessions(count):
    steady = sum(not steadiness((5 * noise(count, seed)).tolist()).trouble for seed in range(100))
    assert steady >= 90


def test_a_warm_up_is_cut_and_the_rest_is_steady():
    series = 5 * noise(200) * (1 + 0.8 * np.exp(-np.arange(200) / 10))
    found = steadiness(series.tolist())
    assert not found.trouble
    assert 0.1 < found.since < 0.4


def test_a_late_change_of_level_is_not_steady():
    series = 5 * noise(200)
    series[150:] *= 1.05
    assert "level changed" in steadiness(series.tolist()).trouble or "half way" in steadiness(series.tolist()).trouble


def test_what_drifts_to_the_end_is_not_steady():
    assert steadiness((5 * noise(200) * np.linspace(1, 1.3, 200)).tolist()).trouble


def test_single_spikes_do_not_matter():
    series = 5 * noise(200)
    series[::20] *= 5
    assert not steadiness(series.tolist()).trouble


def test_a_constant_series_is_steady_and_a_short_one_is_not_judged():
    assert steadiness([5.0] * 100) == Steadiness(0.0)
    assert steadiness([5.0] * 7) == Missing(f"needs {LEAST} turns, has 7")


def test_outliers_are_beyond_three_interquartile_ranges():
    values = np.concatenate([np.linspace(10, 20, 101), [29.9, 30.0 + 5.1, 90.0]])
    found = outliers(values)
    assert found.count == 2
    assert found.share_of_mean == pytest.approx(1 - values[:-2].mean() / values.mean())
    assert outliers(np.full(50, 7)) == Outliers(0, 0.0)
