import pytest

from edgetop.widgets.axis import cell, fitted, kept, labelled, ticks


@pytest.mark.parametrize(
    ("low", "high", "log", "ends"),
    [
        (0.97, 5.3, True, (0.9, 6.0)),
        (0.012, 45.0, True, (0.012, 50.0)),
        (4.2e6, 23.1e6, True, (4e6, 25e6)),
        (0.99, 1.04, True, (0.99, 1.04)),
        (0.698, 0.731, False, (0.69, 0.74)),
        (-0.7, 2.1, False, (-1.0, 3.0)),
    ],
)
def test_the_ends_are_round_and_hold_the_values(low, high, log, ends):
    scale = fitted(low, high, log=log)
    assert (scale.low, scale.high) == pytest.approx(ends)
    assert scale.low <= low * (1 + 1e-9) and high <= scale.high * (1 + 1e-9) and scale.log == log


@pytest.mark.parametrize(
    ("value", "log"), [(0.0, False), (1.0, False), (7e6, False), (1.0, True), (7e6, True), (-3.0, False)]
)
def test_a_single_value_has_an_axis_too(value, log):
    scale = fitted(value, value, log=log)
    assert scale.low < value < scale.high


@pytest.mark.parametrize("count", [2, 3, 5, 9])
@pytest.mark.parametrize(("low", "high", "log"), [(0.9, 6, True), (0.5, 900, True), (4, 9, True), (50, 360, False)])
def test_ticks_are_round_inside_and_no_more_than_asked_for(low, high, log, count):
    scale = fitted(low, high, log=log)
    found = ticks(scale, count)
    assert 1 <= len(found) <= count
    assert all(scale.low * 0.999 <= tick <= scale.high * 1.001 for tick in found)
    assert all(float(f"{tick:.2g}") == pytest.approx(tick) for tick in found)


def test_an_axis_is_kept_until_a_value_leaves_it_or_it_is_far_too_long():
    first = kept(None, 4.0, 20.0, log=True)
    assert kept(first, 4.5, 19.0, log=True) is first
    assert kept(first, 3.0, 19.0, log=True).low == 3.0
    assert kept(first, 10.0, 11.0, log=True).low == 10.0
    assert not kept(first, 4.5, 19.0, log=False).log


def test_labels_stand_over_their_places_and_never_touch():
    scale = fitted(1.0, 10.0, log=True)
    line = labelled(scale, 21, (1.0, 2.0, 5.0, 10.0), lambda value: f"{value:g}")
    assert [line.index("2"), line.index("5")] == [cell(scale, 21, 2.0), cell(scale, 21, 5.0)]
    assert line.startswith("1 ") and line.endswith("10") and len(line) == 21


def test_the_wanted_label_is_there_however_little_room_there_is():
    scale = fitted(0.9, 1.1, log=True)
    line = labelled(scale, 9, (0.95, 1.0, 1.05), lambda value: f"{value:.2f}", 1.0)
    assert line.split() == ["1.00"]
    assert labelled(scale, 2, (1.0,), lambda value: "1.00") == "  "
