import pytest

from edgetop.widgets.braille import ascii_column, braille_column


def drawn(column, traces, width, height):
    columns = [column(traces, x, height) for x in range(width)]
    return ["".join(cells[y][0] for cells in columns) for y in range(height)]


def level(*dots):
    return [None if dot is None else (dot, dot, dot) for dot in dots]


def test_a_level_line_lies_on_its_dot():
    assert drawn(braille_column, [level(0, 0, 0, 0)], 2, 1) == ["⣀⣀"]
    assert drawn(braille_column, [level(3, 3, 3, 3)], 2, 1) == ["⠉⠉"]


def test_a_step_is_joined_without_a_hole():
    assert drawn(braille_column, [level(0, 7, 7, 0)], 2, 2) == ["⢸⢱", "⡸⢸"]


def test_no_point_is_no_dot():
    assert drawn(braille_column, [level(None, None, 2, 2)], 2, 1) == [" ⠒"]
    assert drawn(braille_column, [level(2)], 3, 1) == ["⠂  "]


def test_a_band_is_a_half_tone_around_the_line():
    assert braille_column([[(0, 8, 11), (0, 8, 11)]], 0, 3) == [("⣀", 0, False), ("⡪", 0, True), ("⡪", 0, True)]


def test_lines_that_cross_show_both_and_belong_to_the_first():
    cells = braille_column([level(0, 0), level(3, 3)], 0, 1)
    assert cells == [("⣉", 0, False)]


def test_a_line_is_above_another_ones_band():
    cells = braille_column([[(0, 7, 7), (0, 7, 7)], level(0, 0)], 0, 2)
    assert cells[1] == ("⣀", 1, False)


def test_dots_outside_the_plot_are_left_out():
    assert drawn(braille_column, [[(-4, 1, 99), (-4, 1, 99)]], 1, 1) == ["⠤"]


def test_ascii_letters_tell_series_apart():
    traces = [level(0, 1, 2), level(2, 2, 2)]
    assert drawn(ascii_column, traces, 3, 3) == ["bba", " a ", "a  "]


def test_ascii_band_is_points():
    assert drawn(ascii_column, [[(0, 1, 2)]], 1, 3) == [".", "a", "."]


@pytest.mark.parametrize("column", [braille_column, ascii_column])
def test_no_series_is_blank(column):
    assert drawn(column, [], 2, 2) == ["  ", "  "]
