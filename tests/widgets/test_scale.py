import pytest

from edgetop.units import duration, power
from edgetop.widgets.scale import Extent, Scale, next_scale, round_down, round_up, tick_labels


@pytest.mark.parametrize(
    ("value", "up", "down"), [(1, 1, 1), (1.1, 2, 1), (30, 50, 20), (0.07, 0.1, 0.05), (5e6, 5e6, 5e6)]
)
def test_rounding_goes_in_steps_of_one_two_five(value, up, down):
    assert round_up(value) == pytest.approx(up)
    assert round_down(value) == pytest.approx(down)


def test_a_linear_scale_begins_at_zero_and_ends_round():
    assert next_scale(None, Extent(5e6, 31e6, 33e6)) == Scale(0.0, 40e6)


def test_one_high_peak_does_not_flatten_the_rest():
    assert next_scale(None, Extent(5e6, 31e6, 900e6)).high == 40e6


def test_it_is_kept_while_it_serves():
    scale = next_scale(None, Extent(5e6, 31e6, 33e6))
    assert next_scale(scale, Extent(5e6, 36e6, 37e6)) is scale
    assert next_scale(scale, Extent(5e6, 20e6, 21e6)) is scale


def test_it_grows_at_once_and_shrinks_when_less_than_half_is_used():
    scale = next_scale(None, Extent(5e6, 31e6, 33e6))
    assert next_scale(scale, Extent(5e6, 60e6, 61e6)).high == 80e6
    assert next_scale(scale, Extent(5e6, 9e6, 9e6)).high == 10e6


def test_values_far_apart_get_a_logarithmic_scale_and_keep_it_for_a_while():
    scale = next_scale(None, Extent(5e6, 500e6, 510e6))
    assert scale.log
    assert scale.position(5e6) == pytest.approx(0.0)
    assert 0.8 < scale.position(500e6) < 1.0
    assert next_scale(scale, Extent(5e6, 100e6, 110e6)).log
    assert not next_scale(scale, Extent(50e6, 100e6, 110e6)).log


def test_positions_stay_inside():
    scale = Scale(0.0, 10.0)
    assert [scale.position(v) for v in (-5, 0, 5, 10, 99)] == [0.0, 0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "scale", [Scale(0.0, 40e6), Scale(0.0, 150.0), Scale(1e6, 1e9, log=True), Scale(2e6, 5e7, log=True)]
)
def test_ticks_are_few_distinct_and_inside(scale, count):
    ticks = scale.ticks(count)
    assert 2 <= len(set(ticks)) == len(ticks) <= count + 1
    assert all(scale.low <= tick <= scale.high for tick in ticks)


def test_labels_have_as_few_digits_as_tell_the_value():
    assert tick_labels((0.0, 10e6, 20e6), duration) == ("0", "10 ms", "20 ms")
    assert tick_labels((0.0, 0.5e6, 1e6, 1.5e6), duration) == ("0", "500 us", "1 ms", "1.5 ms")
    assert tick_labels((0.0, 2.0, 2.5), power) == ("0", "2 W", "2.5 W")
