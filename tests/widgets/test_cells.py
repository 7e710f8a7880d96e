import pytest

from edgetop.widgets.cells import (
    ascii_only,
    beside,
    changed_runs,
    exactly,
    fit,
    fit_right,
    plain,
    row_width,
    spans_of,
    wrap,
)


def test_plain_drops_escapes_and_controls():
    assert plain("\x1b[31mred\x1b[0m\ttab\x1b]0;title\x07 end\r") == "red tab end "


@pytest.mark.parametrize(("text", "width", "expected"), [("ab", 4, "ab  "), ("abcdef", 4, "abc…"), ("abc", 0, "")])
def test_fit_is_exact(text, width, expected):
    assert fit(text, width) == expected


def test_fit_counts_wide_characters_as_two_cells():
    assert fit("猫猫猫", 4) == "猫 …"
    assert fit_right("猫", 4) == "  猫"


def test_wrap_breaks_between_words_and_cuts_long_ones():
    assert wrap("no /dev/i2c-1: enable I2C", 14) == ["no /dev/i2c-1:", "enable I2C"]
    assert wrap("abcdefgh ij", 4) == ["abc…", "ij"]
    assert wrap("", 10) == []


@pytest.mark.parametrize("width", [0, 1, 3, 5, 9])
def test_exactly_cuts_and_pads(width):
    assert row_width(exactly((("abc", "x"), ("", "y"), ("def", "")), width)) == width


def test_beside_leaves_the_right_one_out_where_both_do_not_fit():
    assert beside((("left", ""),), (("right", ""),), 12)[1] == ("   ", "")
    assert beside((("left", ""),), (("right", ""),), 9) == (("left", ""),)


def test_changed_runs_are_only_what_differs():
    old = (("p50 5.21 ms", ""), ("  run", "good"))
    assert changed_runs(old, (("p50 5.29 ms", ""), ("  run", "good")), 4) == [(7, 8)]
    assert changed_runs(old, (("p50 5.21 ms", ""), ("  run", "bad")), 4) == [(11, 16)]
    assert changed_runs(old, old, 4) == []


def test_changed_runs_near_each_other_are_one():
    old, new = (("aaaaaaaaaaaa", ""),), (("abaabaaaaaab", ""),)
    assert changed_runs(old, new, 3) == [(1, 5), (11, 12)]
    assert changed_runs(old, new, 100) == [(1, 12)]


def test_rows_with_wide_characters_change_as_a_whole():
    assert changed_runs((("猫a", ""),), (("猫b", ""),), 4) == [(0, 3)]


def test_spans_of_joins_neighbours_of_one_ink():
    assert spans_of([("a", "x"), ("b", "x"), ("c", "")]) == (("ab", "x"), ("c", ""))


def test_ascii_only_keeps_the_length():
    text = "╭─│ 5.2 ms ▶ ● ★ é … ┈━ –"
    assert len(ascii_only(text)) == len(text)
    assert ascii_only("╭─╮ ● 3 °C –") == "+-+ o 3 oC -"
