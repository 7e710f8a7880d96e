"""Where one recording fits another: found finer than its steps, or refused with a reason."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.analysis.alignment import Alignment, Course, align
from edgetop.readings import Missing

SECONDS = 60
LEVELS = np.array([3.0, 4.5, 3.7, 3.7, 4.5, 3.0])


def watts(t_s, levels=LEVELS, begin=6.0, end=55.0):
    """Idles, loads in two bursts, then runs in turns of a second, then idles."""
    power = np.full(len(t_s), 2.4)
    power[(t_s > 2.3) & (t_s < 3.1) | (t_s > 4) & (t_s < 4.4)] = 3.6
    runs = (t_s >= begin) & (t_s < end)
    power[runs] = levels[(t_s[runs] - begin).astype(int) % len(levels)]
    return power


def course(hz, seconds, offset_s=0.0, noise=0.0, seed=1, drift=0.0, **how):
    """Means over each step, as meters give them, stamped at its middle."""
    t_s = np.arange(0, seconds, 1 / hz)
    parts = [watts(t_s * (1 + drift) - offset_s + part / hz, **how) for part in np.linspace(-0.45, 0.45, 10)]
    rng = np.random.default_rng(seed)
    return Course(t_s, np.mean(parts, axis=0) + noise * rng.standard_normal(len(t_s)))


@pytest.mark.parametrize("hz", [5, 25, 100])
@pytest.mark.parametrize("offset_s", [0.0, 12.345, 40.0])
@pytest.mark.parametrize("noise", [0.01, 0.3])
def test_the_offset_is_found_within_a_sample(hz, offset_s, noise):
    found = align(course(hz, 110, offset_s, noise), course(111, SECONDS))
    assert found.offset_s == pytest.approx(offset_s, abs=0.3 / hz)
    assert found.r > 0.9


def test_a_meter_that_began_late_and_one_that_ended_early():
    late = align(course(50, 90, -1.7), course(111, SECONDS))
    assert late.offset_s == pytest.approx(-1.7, abs=0.01)
    early = align(course(50, 45, 4.2), course(111, SECONDS))
    assert early.offset_s == pytest.approx(4.2, abs=0.01)


def test_a_clock_that_is_a_ten_thousandth_off_is_borne():
    found = align(course(50, 110, 20, drift=1e-4), course(111, SECONDS))
    assert found.offset_s == pytest.approx(20 - 30e-4, abs=0.02)


def test_the_use_of_the_cpu_serves_too():
    cpu = course(4, SECONDS, noise=0.1, seed=2)
    found = align(course(50, 110, 17.17, noise=0.1), Course(cpu.t_s, 40 * (cpu.values - 2.4)))
    assert found.offset_s == pytest.approx(17.17, abs=0.1)


def test_a_course_that_repeats_itself_all_along_is_refused():
    how = {"begin": -100, "end": 1000}
    found = align(course(50, 100, 13, 0.1, **how), course(111, SECONDS, **how))
    assert isinstance(found, Missing) and "apart" in found.reason


def test_what_is_not_alike_is_refused():
    rng = np.random.default_rng(5)
    found = align(Course(np.arange(5000) / 50, rng.standard_normal(5000)), course(111, SECONDS))
    assert isinstance(found, Missing) and "not alike" in found.reason


@pytest.mark.parametrize("values", [np.full(5000, 2.4), np.arange(5000) * 0.0])
def test_what_does_not_move_is_refused(values):
    assert isinstance(align(Course(np.arange(5000) / 50, values), course(111, SECONDS)), Missing)
    assert isinstance(align(course(111, SECONDS), Course(np.arange(5000) / 50, values)), Missing)


@pytest.mark.parametrize("count", [0, 1, 2, 10])
def test_a_few_values_are_refused(count):
    few = Course(np.arange(count) / 10, np.arange(count) * 1.0)
    assert isinstance(align(few, course(111, SECONDS)), Missing)


def test_another_scale_and_level_change_nothing():
    moved = course(50, 110, 12.3)
    found = align(Course(moved.t_s + 1.7e9, moved.values * 1000 - 7), course(111, SECONDS))
    assert isinstance(found, Alignment)
    assert found.offset_s - 1.7e9 == pytest.approx(12.3, abs=0.01)
