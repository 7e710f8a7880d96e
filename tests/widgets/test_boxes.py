"""Detectors' boxes in cells: where they lie, which ones are one, and their lines."""

import pytest

from edgetop.widgets.boxes import MOST, Box, boxes_in_cells, outline

PICTURE, CELLS = (400, 200), (40, 10)


def text(box, width, height, lines="┏━┓┃┗┛■"):
    rows = [[" "] * width for _ in range(height)]
    for x, y, char, _ in outline(box, lines):
        rows[y][x] = char
    return ["".join(row) for row in rows]


def sides(box):
    return box.left, box.top, box.right, box.bottom


@pytest.mark.parametrize(
    ("found", "cells"),
    [
        ((0, 0, 400, 200), (0, 0, 39, 9)),
        ((100, 40, 200, 100), (10, 2, 19, 4)),
        ((105, 45, 205, 105), (10, 2, 20, 5)),
        ((-50, -1e18, 1e18, 900), (0, 0, 39, 9)),
        ((500, 300, 600, 400), (39, 9, 39, 9)),
        ((200, 100, 100, 40), (20, 5, 20, 5)),
        ((0, 0, 0, 0), (0, 0, 0, 0)),
    ],
)
def test_a_box_lies_in_the_cells_it_covers_and_never_outside(found, cells):
    (box,) = boxes_in_cells([[("cat", 0.9, *found)]], PICTURE, CELLS)
    assert sides(box) == cells


def test_a_box_that_two_runs_find_is_one_of_both():
    near = ("cat", 0.91, 98.0, 41.0, 203.0, 100.0)
    (box,) = boxes_in_cells([[("cat", 0.9, 100.0, 40.0, 200.0, 100.0)], [near]], PICTURE, CELLS)
    assert box == Box(10, 2, 19, 4, "cat", 0.91, (0, 1))


def test_boxes_of_other_labels_or_places_and_those_of_one_run_stay_apart():
    here, there = (100.0, 40.0, 200.0, 100.0), (140.0, 40.0, 240.0, 100.0)
    runs = [[("cat", 0.9, *here), ("cat", 0.5, *here)], [("dog", 0.8, *here), ("cat", 0.7, *there)]]
    boxes = boxes_in_cells(runs, PICTURE, CELLS)
    assert [(box.label, box.owners) for box in boxes] == [("cat", (0,)), ("dog", (1,)), ("cat", (1,)), ("cat", (0,))]


@pytest.mark.parametrize(("columns", "count"), [(200, MOST), (40, 5), (14, 2), (3, 1)])
def test_a_small_picture_is_not_hidden_by_boxes(columns, count):
    found = [(f"thing {n}", 1 - n / 100, 0.0, 0.0, 90.0, 90.0) for n in range(20)]
    boxes = boxes_in_cells([found], PICTURE, (columns, 10))
    assert [box.label for box in boxes] == [f"thing {n}" for n in range(count)]


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        ((1, 0, 4, 2), [" ┏━━┓", " ┃  ┃", " ┗━━┛"]),
        ((0, 0, 1, 1), ["┏┓   ", "┗┛   ", "     "]),
        ((1, 1, 3, 1), ["     ", " ━━━ ", "     "]),
        ((2, 0, 2, 2), ["  ┃  ", "  ┃  ", "  ┃  "]),
        ((4, 2, 4, 2), ["     ", "     ", "    ■"]),
    ],
)
def test_lines(cells, lines):
    assert text(Box(*cells, "cat", 0.9, (0,)), 5, 3) == lines


def test_lines_in_ascii():
    assert text(Box(0, 0, 3, 2, "cat", 0.9, (0,)), 4, 3, "+-+|++#") == ["+--+", "|  |", "+--+"]


def test_runs_that_share_a_box_take_turns_along_its_lines():
    owners = [owner for *_, owner in outline(Box(0, 0, 3, 3, "cat", 0.9, (2, 0)))]
    assert owners == [2, 0] * 6
