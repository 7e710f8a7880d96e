"""A latency times its clock over the highest one: what is left apart is no matter of the clock."""

import numpy as np

from edgetop.analysis.clocks import Clocks, at_highest_clock

SECOND = 1_000_000_000


def clocks(**readings):
    """Each clock's hertz, once a second from the first second on."""
    made = Clocks()
    for name, hz in readings.items():
        for second, value in enumerate(hz, 1):
            made.add(name, np.array([second * SECOND]), np.array([float(value)]))
    return made


def test_the_same_cycles_take_the_same_at_any_clock():
    starts = np.array([0, 1_500_000_000, 2_200_000_000, 9 * SECOND])
    durations = np.array([10_000_000, 10_000_000, 20_000_000, 20_000_000])
    found = at_highest_clock(clocks(a=[1.8e9, 0.9e9]), starts, durations)
    assert found.tolist() == [10_000_000] * 4


def test_of_several_groups_of_cores_the_fastest_counts():
    both = clocks(little=[1.4e9, 1.4e9], big=[2.4e9, 1.2e9])
    assert both.highest_hz == 2.4e9
    assert both.at(np.array([SECOND, 3 * SECOND])).tolist() == [2.4e9, 1.4e9]


def test_before_any_reading_there_is_no_clock():
    assert Clocks().highest_hz == 0.0 and Clocks().at(np.array([1, 2])).tolist() == [0.0, 0.0]


def test_of_a_clock_that_stands_still_one_reading_is_kept():
    still = clocks(a=[1.8e9] * 1000 + [0.9e9] + [1.8e9] * 1000)
    assert len(still._joined("a")[0]) == 3
    assert still.at(np.array([SECOND, 1001 * SECOND, 1002 * SECOND])).tolist() == [1.8e9, 0.9e9, 1.8e9]
