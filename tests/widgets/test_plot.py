"""The plot as lines of text, and its promise: what was drawn bit by bit is what would be drawn at once."""

import random

import pytest

from edgetop.protocol import Columns
from edgetop.units import duration
from edgetop.widgets.history import History, Series
from edgetop.widgets.plot import Plot, page_start, trace

MS = 1e6


def text(rows):
    return ["".join(piece for piece, _ in row).rstrip() for row in rows]


def fill(history, first, **series):
    columns = {name.replace("_", "."): tuple(series[name]) for name in series}
    history.add(Columns(first, 250_000_000, columns))


def level(value, count, spread=0.0):
    return [(value - spread, value, value + spread)] * count


def test_a_plot_in_letters_reads_like_this():
    history = History()
    fill(history, 0, latency_0=level(5 * MS, 12), latency_1=[None] * 4 + level(18 * MS, 8))
    rows = Plot(duration).draw(history, ["latency.0", "latency.1"], (34, 7), True, None)
    assert text(rows) == [
        "  20 ms ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈",
        "            bbbbbbbb             B",
        "",
        "  10 ms ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈",
        "        aaaaaaaaaaaa             A",
        "      0 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈",
        "        0:00                0:05",
    ]


def test_a_gap_between_turns_is_bridged_by_a_straight_line():
    series = Series()
    series.put(0, (10.0, 10.0, 10.0))
    series.put(4, (18.0, 18.0, 30.0))
    assert trace(series, 0, 6, round) == [(10,) * 3, (12,) * 3, (14,) * 3, (16,) * 3, (18, 18, 30), None]


def test_a_line_comes_in_from_beyond_the_page():
    series = Series()
    series.put(0, (0.0, 0.0, 0.0))
    series.put(8, (8.0, 8.0, 8.0))
    assert trace(series, 6, 9, round) == [(6,) * 3, (7,) * 3, (8,) * 3]


@pytest.mark.parametrize("columns", [2, 7, 40, 200])
def test_the_page_always_holds_the_newest_column_and_moves_by_thirds(columns):
    starts = [page_start(end, columns) for end in range(1, 1000)]
    assert all(start < end <= start + max(columns, 2) for end, start in enumerate(starts, 1))
    moves = {b - a for a, b in zip(starts, starts[1:])} - {0}
    assert moves == {max(2, columns // 3 // 2 * 2)}


@pytest.mark.parametrize("ascii", [False, True])
def test_drawn_tick_by_tick_it_is_what_it_would_be_drawn_at_once(ascii):
    random.seed(7)
    names = ["latency.0", "latency.1", "latency.2"]
    history, growing = History(), Plot(duration)
    for k in range(400):
        turn = k // random.choice((3, 7, 8)) % 3
        value = (5, 18, 31)[turn] * MS * random.uniform(0.9, 1.1)
        first = max(0, k - random.choice((0, 0, 1)))
        series = {
            f"latency_{n}": [(value * 0.9, value, value * 1.3) if n == turn else None] * (k + 1 - first)
            for n in range(3)
        }
        fill(history, first, **series)
        grown = growing.draw(history, names, (60, 14), ascii, first)
        fresh = Plot(duration)
        fresh._scale = growing._scale
        assert text(grown) == text(fresh.draw(history, names, (60, 14), ascii, None)), k


def test_a_tick_leaves_all_other_rows_as_they_are():
    history, plot = History(), Plot(duration)
    fill(history, 0, latency_0=level(10 * MS, 20))
    before = plot.draw(history, ["latency.0"], (60, 14), False, None)
    fill(history, 20, latency_0=level(10 * MS, 1))
    after = plot.draw(history, ["latency.0"], (60, 14), False, 20)
    assert sum(a != b for a, b in zip(before, after)) == 1


def test_letters_of_lines_at_one_height_stand_below_each_other():
    history = History()
    fill(history, 0, latency_0=level(10 * MS, 8), latency_1=level(10 * MS, 8))
    rows = text(Plot(duration).draw(history, ["latency.0", "latency.1"], (40, 10), False, None))
    assert sorted(row[39] for row in rows if len(row) == 40) == ["A", "B"]


@pytest.mark.parametrize("size", [(0, 0), (5, 1), (10, 1), (11, 2), (12, 9), (300, 100)])
def test_any_size_is_filled(size):
    history = History()
    fill(history, 0, latency_0=level(10 * MS, 500, MS))
    rows = Plot(duration).draw(history, ["latency.0"], size, False, None)
    assert len(rows) == size[1]


def test_nothing_measured_is_an_empty_plot():
    rows = text(Plot(duration).draw(History(), ["latency.0"], (40, 6), False, None))
    assert rows[:5] == [""] * 5
