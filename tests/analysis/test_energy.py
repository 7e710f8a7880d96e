"""Energy is the trapezoid of power over a window, its edges interpolated."""

import numpy as np
import pytest

from edgetop.analysis.energy import Window, energy_j

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
