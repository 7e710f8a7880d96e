"""Energy is the trapezoid of power over a window, its edges interpolated."""

import numpy as np
import pytest

from edgetop.analysis.energy import NO_IDLE, Idle, Meter, Spent, Window, baseline, energy_j, idle, per_inference
from edgetop.readings import Missing

SECOND = 1_000_000_000


def test_constant_power_times_the_window():
    t = np.arange(0, 11) * SECOND
    assert energy_j(t, np.full(11, 3.0), Window(2 * SECOND, 5 * SECOND, 10)) == pytest.approx(9.0)


def test_edges_between_readings_are_interpolated():
    t = np.array([0, SECOND])
    # power rises from 0 to 2 W over a second: between a quarter and three quarters it is 0.5 J
    window = Window(SECOND // 4, 3 * SECOND // 4, 1)
    assert energy_j(t, np.array([0.0, 2.0]), window) == pytest.approx(0.5)


def test_a_window_between_two_readings_has_no_reading_inside():
    t = np.array([0, 10 * SECOND])
    assert energy_j(t, np.array([1.0, 1.0]), Window(4 * SECOND, 5 * SECOND, 1)) == pytest.approx(1.0)


def test_large_monotonic_times_lose_no_precision():
    start = 9 * 10**18
    t = start + np.arange(0, 101) * 10_000_000
    energy = energy_j(t, np.full(101, 2.5), Window(start + 1, start + SECOND - 1, 1))
    assert energy == pytest.approx(2.5, rel=1e-8)


def _spent(joules, count=10, seconds=10.0, start_s=20, gap_s=0.009):
    start = int(start_s * SECOND)
    return Spent(Window(start, start + int(seconds * SECOND), count), joules, gap_s)


def _idles(before_w, after_w=None, error_w=0.0):
    stretches = [Idle(0, 10 * SECOND, before_w, error_w)]
    return stretches if after_w is None else [*stretches, Idle(200 * SECOND, 210 * SECOND, after_w, error_w)]


def test_the_figure_is_the_median_window_and_net_of_what_idling_draws():
    found = per_inference([_spent(joules) for joules in (40.0, 42.0, 90.0)], _idles(2.0, 2.0), Meter())
    assert found.gross_j == pytest.approx(4.2)
    assert found.net_j == pytest.approx(2.2)
    assert found.power_w == pytest.approx((40 + 42 + 90) / 30)


def test_idling_is_the_mean_of_before_and_after_and_their_difference_makes_it_less_sure():
    window = Window(20 * SECOND, 30 * SECOND, 1)
    base = baseline(window, _idles(2.0, 2.4))
    assert base.power_w == pytest.approx(2.2)
    assert base.error_w == pytest.approx(0.2 / 3**0.5)
    assert baseline(window, _idles(2.0)).power_w == 2.0
    assert baseline(window, []) == NO_IDLE


def test_of_several_idle_stretches_the_next_ones_count():
    stretches = [Idle(at * SECOND, (at + 1) * SECOND, float(at), 0.0) for at in (0, 10, 40, 60)]
    assert baseline(Window(20 * SECOND, 30 * SECOND, 1), stretches).power_w == pytest.approx(25.0)


def test_the_parts_of_the_uncertainty():
    # 4 J each, 1 s an inference, a step of 2 W between readings 9 ms apart
    found = per_inference([_spent(40.0), _spent(40.0)], _idles(2.0, 2.0, 0.01), Meter(0.01, 0.006))
    assert found.budget["scatter"] == 0 and found.budget["net_scatter"] == 0
    assert found.budget["gain"] == pytest.approx(0.04)
    assert found.budget["net_gain"] == pytest.approx(0.02)
    assert found.budget["offset"] == pytest.approx(0.006)
    assert found.budget["edges"] == pytest.approx(2 * 0.009 * (2 / 12) ** 0.5 / 10)
    assert found.budget["idle"] == pytest.approx(0.01 / 2**0.5)
    by_meter = (0.04**2 + 0.006**2 + found.budget["edges"] ** 2) ** 0.5
    assert found.gross_u95_j == pytest.approx(1.96 * by_meter)


def test_one_window_has_no_interval_and_without_idling_there_is_no_net_figure():
    found = per_inference([_spent(40.0)], [], Meter())
    assert isinstance(found.gross_u95_j, Missing)
    assert found.net_j == NO_IDLE


def test_idling_is_as_sure_as_its_parts_agree():
    t = np.arange(0, 1001) * 10_000_000
    assert idle(t, np.full(1001, 2.0), 0, 10 * SECOND).error_w == pytest.approx(0.0, abs=1e-12)
    steps = np.where(t < 5 * SECOND, 2.0, 3.0)
    uneven = idle(t, steps, 0, 10 * SECOND)
    assert uneven.power_w == pytest.approx(2.5, abs=0.01)
    assert uneven.error_w == pytest.approx(np.std([2] * 5 + [3] * 5, ddof=1) / 10**0.5, rel=0.05)
