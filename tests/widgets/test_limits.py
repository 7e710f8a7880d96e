"""What limited the board, as marks below a plot."""

import random

import pytest

from edgetop.protocol import Columns
from edgetop.units import power
from edgetop.widgets.history import History, Series
from edgetop.widgets.limits import NOW, legend, letters, marks, sign, words
from edgetop.widgets.plot import Plot


def series(readings):
    made = Series()
    for place, bits in readings.items():
        made.put(place, (bits, bits, bits))
    return made


def text(rows):
    return ["".join(piece for piece, _ in row).rstrip() for row in rows]


def drawn(readings, end, size=(30, 6), ascii=True):
    history = History()
    points = [readings.get(k) for k in range(end)]
    throttle = tuple(None if bits is None else (bits, bits, bits) for bits in points)
    history.add(Columns(0, 250_000_000, {"power.board.w": ((3.0, 3.0, 3.0),) * end, NOW: throttle}))
    plot = Plot(power, lettered=False)
    return plot, text(plot.draw(history, ["power.board.w"], size, ascii, None))


def test_bits_are_told_by_letters_and_words():
    assert letters(0) == "" and letters(15) == "UCTS"
    assert words(5) == ("U under-voltage", "T throttled")


def test_a_stretch_reaches_from_the_last_clear_reading_to_the_next_one():
    assert marks(series({0: 0, 4: 0, 8: 4, 12: 4, 16: 0, 20: 0}), 0, 22) == [0] * 5 + [4] * 11 + [0] * 6


def test_what_holds_at_the_last_reading_holds_on():
    assert marks(series({0: 0, 4: 2}), 0, 8) == [0, 2, 2, 2, 2, 2, 2, 2]


def test_a_page_that_begins_within_a_stretch_is_marked_from_its_begin():
    assert marks(series({0: 1, 40: 1, 44: 0}), 10, 50) == [1] * 34 + [0] * 6


def test_between_two_readings_both_may_hold():
    assert marks(series({0: 1, 4: 4}), 0, 5) == [1, 5, 5, 5, 4]


def test_without_a_limit_there_are_no_marks():
    assert marks(series({0: 0, 4: 0}), 0, 8) == []
    assert marks(Series(), 0, 8) == []
    assert marks(series({0: 4, 4: 0, 8: 0, 90: 0}), 20, 95) == []


def test_two_limits_at_once_take_turns_and_a_grave_one_has_its_ink():
    assert "".join(sign(5, place)[0] for place in range(4)) == "UTUT"
    assert (sign(5, 0)[1], sign(2, 0)[1], sign(0, 0)) == ("bad", "warn", (" ", ""))


@pytest.mark.parametrize(
    ("room", "told"), [(40, "U under-voltage  T throttled"), (20, "U under-voltage"), (3, ""), (0, "")]
)
def test_a_legend_tells_what_there_is_room_for(room, told):
    assert legend(5, room) == told


def test_a_plot_marks_the_stretch_at_its_bottom_edge():
    plot, rows = drawn({0: 0, 4: 4, 8: 4, 12: 0, 16: 0}, 20)
    assert rows[4:] == [" limits  TTTTTTTTTTT", "        0:00"]
    assert plot.limits == 4


def test_a_plot_without_a_stretch_has_no_row_for_it():
    plot, rows = drawn({0: 0, 4: 0}, 8)
    assert plot.limits == 0 and len(rows) == 6
    assert not any("limits" in row for row in rows)


def test_a_low_plot_keeps_its_rows_and_still_tells_the_legend():
    plot, rows = drawn({0: 4}, 8, (30, 3))
    assert plot.limits == 4 and not any("limits" in row for row in rows)


@pytest.mark.parametrize("ascii", [False, True])
def test_marks_drawn_tick_by_tick_are_what_they_would_be_at_once(ascii):
    random.seed(3)
    history, growing = History(), Plot(power)
    for k in range(300):
        bits = random.choice((0, 0, 0, 1, 2, 12)) if k % 4 == 0 else None
        points = {"power.board.w": ((3.0, 3.0, 3.0),), NOW: (None if bits is None else (bits, bits, bits),)}
        history.add(Columns(k, 250_000_000, points))
        grown = growing.draw(history, ["power.board.w"], (50, 9), ascii, k)
        fresh = Plot(power)
        fresh._scale = growing._scale
        assert grown == fresh.draw(history, ["power.board.w"], (50, 9), ascii, None), k
