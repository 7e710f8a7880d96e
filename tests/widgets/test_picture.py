"""A picture in cells, with boxes, and without colours."""

import base64

import pytest

from edgetop.protocol import Picture
from edgetop.widgets import picture as module
from edgetop.widgets.picture import Painting, size_within

original = module.resampled

SHADES = [(40 * x, 40 * x, 40 * x) for x in range(6)]
BOX = ("cat", 0.9, 100.0, 0.0, 500.0, 400.0)


def painting(columns=6, rows=4, width=600, height=400):
    data = bytes(value for _ in range(rows) for x in range(columns) for value in SHADES[x % 6])
    shown = Painting()
    shown.show(Picture(width, height, columns, rows, base64.b64encode(data).decode()))
    return shown


def texts(rows):
    return ["".join(text for text, _ in row) for row in rows]


def inks(row):
    return [ink for text, ink in row for _ in text]


@pytest.mark.parametrize(
    ("picture", "room", "size"),
    [
        ((450, 300), (25, 9), (24, 8)),
        ((450, 300), (75, 9), (27, 9)),
        ((300, 600), (40, 10), (10, 10)),
        ((4000, 10), (40, 10), (0, 0)),
        ((10, 4000), (40, 10), (0, 10)),
    ],
)
def test_proportions_are_kept(picture, room, size):
    assert size_within(*picture, *room) == size


def test_a_picture_is_left_out_where_it_would_show_nothing():
    shown = painting()
    assert shown.fitted(30, 6, signs=False) == (18, 6)
    assert shown.fitted(30, 4, signs=False) == (0, 0)
    assert shown.fitted(30, 6, signs=True) == (0, 0)
    assert shown.fitted(80, 20, signs=True) == (60, 20)
    assert shown.fitted(-5, 20, signs=False) == (0, 0)
    assert Painting().fitted(80, 20, signs=False) == (0, 0)


def test_a_cell_holds_two_pixels():
    data = bytes([255, 0, 0, 0, 0, 255])
    shown = Painting()
    shown.show(Picture(10, 20, 1, 2, base64.b64encode(data).decode()))
    assert shown.rows((1, 1), []) == [(("▀", "half-ff0000-0000ff"),)]


def test_a_box_is_drawn_over_the_picture_with_the_letters_of_its_runs():
    rows = painting().rows((12, 4), [[BOX], [BOX]])
    assert texts(rows) == ["▀▀AB━━━━━┓▀▀", "▀▀┃▀▀▀▀▀▀┃▀▀", "▀▀┃▀▀▀▀▀▀┃▀▀", "▀▀┗━━━━━━┛▀▀"]
    first = inks(rows[0])
    assert first[2:4] == ["tag-1", "tag-2"]
    assert [ink[:6] for ink in first[4:10]] == ["over-1", "over-2"] * 3


def test_the_surest_box_is_on_top():
    low = ("dog", 0.2, 0.0, 0.0, 600.0, 400.0)
    rows = painting().rows((12, 4), [[low], [BOX]])
    assert texts(rows)[0] == "A━B━━━━━━┓━┓"


def test_a_large_picture_names_its_boxes_and_keeps_the_names_within():
    right = ("a very long name", 0.9, 560.0, 0.0, 600.0, 400.0)
    (first, *_) = texts(painting().rows((42, 4), [[BOX, right]]))
    assert "A cat " in first
    assert first.endswith("A a very long name ")
    assert len(first) == 42


@pytest.mark.parametrize("label", ["猫", "cat\x1b[2J", "e\N{COMBINING ACUTE ACCENT}"])
def test_no_label_breaks_the_cells(label):
    for row in texts(painting().rows((42, 4), [[(label, *BOX[1:])]])):
        assert len(row) == 42
        assert row.isprintable()


@pytest.mark.parametrize(("dark", "line"), [(True, " .-=*#"), (False, "@%*+-:")])
def test_without_colours_it_is_signs_by_lightness(dark, line):
    (row, *_) = painting().rows((6, 2), [], signs=True, dark=dark)
    assert texts([row])[0] == line
    assert inks(row) == ["muted"] * 6


def test_boxes_without_colours_are_ascii_lines():
    rows = texts(painting().rows((12, 4), [[BOX]], signs=True))
    assert all(row.isascii() for row in rows)
    assert rows[0][2:10] == "A------+"
    assert rows[3][2:10] == "+------+"
    assert rows[1][2] == rows[1][9] == "|"


def test_it_is_drawn_again_for_what_is_new_and_for_nothing_else(monkeypatch):
    drawn = []
    monkeypatch.setattr(module, "resampled", lambda *a: drawn.append(a) or original(*a))
    shown = painting()
    for _ in range(3):
        shown.rows((12, 4), [[BOX]])
    assert len(drawn) == 1
    shown.rows((12, 4), [[]])
    shown.rows((15, 5), [[]])
    assert len(drawn) == 3
