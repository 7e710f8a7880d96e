"""Numbers are written with the digits that mean something, and a unit."""

import pytest

from edgetop import units
from edgetop.readings import Missing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 ns"),
        (950, "950 ns"),
        (3_871_234, "3.87 ms"),
        (999_996, "1.00 ms"),
        (25_400_000, "25.4 ms"),
        (6.2e10, "62.0 s"),
    ],
)
def test_durations(value, text):
    assert units.duration(value) == text


@pytest.mark.parametrize(("value", "text"), [(512, "512 B"), (73.2 * 2**20, "73.2 MiB"), (2**30, "1.00 GiB")])
def test_sizes(value, text):
    assert units.size(value) == text


@pytest.mark.parametrize(("value", "text"), [(3.712, "3.71 W"), (0.412, "412 mW"), (0, "0 W"), (-0.5, "-500 mW")])
def test_power(value, text):
    assert units.power(value) == text


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (0.01662, 0.00024, "16.62 ±0.24 mJ"),
        (0.403, 0.0029, "403.0 ±2.9 mJ"),
        (1.2, 0.02, "1.200 ±0.020 J"),
        (0.0001, 0.0005, "100 ±500 uJ"),
        (-0.002, 0.001, "-2.0 ±1.0 mJ"),
        (25.0, 0.0, "25.0 J"),
        (25.0, Missing("one window"), "25.0 J"),
        (Missing("no meter"), 0.1, "–"),
    ],
)
def test_a_value_is_written_to_the_digits_that_its_interval_leaves(value, half, text):
    assert units.plus_minus(value, half, "J") == text


def test_other_quantities():
    assert units.energy(0.0166) == "16.6 mJ"
    assert units.rate(258.3) == "258/s"
    assert units.rate(12_000) == "12.0 k/s"
    assert units.percent(98.4) == "98 %"
    assert units.difference(3.04e-7) == "3.0e-07"
    assert units.difference(0) == "exact"
    assert units.clock_time(62_500_000_000) == "1:02.5"
    assert units.clock_time(3_662_500_000_000) == "1:01:02.5"
    assert units.quantity(48.25, "°C") == "48.2 °C"


def test_what_is_missing_is_never_a_number():
    gone = Missing("unplugged")
    for write in (units.duration, units.size, units.power, units.energy, units.rate, units.percent, units.difference):
        assert write(gone) == units.ABSENT
    assert units.quantity(gone, "W") == units.ABSENT


@pytest.mark.parametrize(("value", "digits", "text"), [(9.996, 3, "10.0"), (0.01234, 3, "0.0123"), (1234.5, 3, "1234")])
def test_significant_digits(value, digits, text):
    assert units.significant(value, digits) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((2.9412, 2.914, 2.971), ("2.94", "2.91 to 2.97")),
        ((2.07, 1.94, 2.2), ("2.07", "1.94 to 2.20")),
        ((12.34, 11.1, 13.6), ("12.3", "11.1 to 13.6")),
        ((1.00012, 1.0001, 1.00013), ("1.0001", "1.0001 to 1.0001")),
        ((123.4, 118.0, 129.0), ("123", "118 to 129")),
        ((1.4, 1.4, 1.4), ("1.40", "1.40 to 1.40")),
    ],
)
def test_a_ratio_has_the_digits_that_its_interval_leaves(values, texts):
    assert units.ratio(*values) == texts
