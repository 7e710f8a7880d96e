from edgetop.protocol import Columns
from edgetop.widgets.history import LIMIT, History


def columns(first, *points, name="latency.0", width_ns=250_000_000):
    return Columns(first, width_ns, {name: points})


def point(value):
    return (value, value, value)


def test_columns_without_a_point_count_as_time_only():
    history = History()
    history.add(columns(0, point(1.0), None, point(3.0), None))
    assert history.end == 4
    assert history.series["latency.0"].places == [0, 2]
    assert history.series["latency.0"].place_before(2) == 0


def test_a_later_word_on_a_column_replaces_the_earlier_one():
    history = History()
    history.add(columns(0, point(1.0), point(2.0)))
    history.add(columns(1, point(9.0), point(3.0)))
    assert history.series["latency.0"].points == [point(1.0), point(9.0), point(3.0)]


def test_columns_may_come_late():
    history = History()
    history.add(columns(5, point(5.0)))
    history.add(columns(2, point(2.0)))
    assert history.series["latency.0"].places == [2, 5]
    assert history.end == 6


def test_the_oldest_are_pushed_out():
    history = History()
    for first in range(0, 4 * LIMIT, 100):
        history.add(columns(first, *[point(1.0)] * 100))
    assert LIMIT <= len(history.series["latency.0"].points) <= LIMIT * 1.1 + 100


def test_columns_of_another_width_start_anew():
    history = History()
    history.add(columns(0, point(1.0), point(2.0)))
    history.add(columns(0, point(7.0), width_ns=500_000_000))
    assert history.series["latency.0"].points == [point(7.0)]
    assert history.end == 1
