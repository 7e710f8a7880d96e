"""The part of the charts' memory that is shown: held, moved, coarser."""

from edgetop.protocol import Columns
from edgetop.widgets.history import History
from edgetop.widgets.limits import NOW
from edgetop.widgets.time_view import TimeView, held, moved, shown, zoomed


def memory(columns=100):
    history = History()
    points = tuple((float(n), n + 1.0, n + 2.0) for n in range(columns))
    limits = tuple((float(n % 2), 0.0, float(n % 2 and 4)) for n in range(columns))
    history.add(Columns(0, 250_000_000, {"latency.0": points, "board": points, NOW: limits}))
    return history


def test_the_newest_at_full_detail_is_the_memory_itself():
    history = memory()
    assert shown(history, TimeView(), ["latency.0"]) is history


def test_a_held_view_ends_where_it_was_held_whatever_comes():
    history = memory(50)
    view = held(TimeView(), history)
    history.add(Columns(50, 250_000_000, {"latency.0": ((1.0, 1.0, 1.0),) * 30}))
    part = shown(history, view, ["latency.0"])
    assert part.end == 50 and part.series["latency.0"].points[-1] == (49.0, 50.0, 51.0)
    assert "board" not in part.series


def test_it_moves_back_to_the_oldest_and_on_until_it_follows_again():
    history = memory()
    back = moved(TimeView(), -10, history)
    assert back == TimeView(end=90)
    assert moved(back, -1000, history) == TimeView(end=1)
    assert moved(back, 9, history) == TimeView(end=99)
    assert moved(back, 10, history) == TimeView()


def test_a_coarse_column_has_least_and_greatest_and_the_mean_of_means():
    part = shown(memory(), zoomed(TimeView(), 2, memory(), 40), ["latency.0"])
    assert (part.width_ns, part.end) == (1_000_000_000, 25)
    assert part.series["latency.0"].points[1] == (4.0, 6.5, 9.0)


def test_no_limit_is_lost_in_a_coarse_column():
    part = shown(memory(), zoomed(TimeView(), 1, memory(), 40), [])
    assert {point[2] for point in part.series[NOW].points} == {5.0}


def test_zoom_has_two_ends():
    history = memory()
    assert zoomed(TimeView(), -1, history, 40) == TimeView()
    assert zoomed(zoomed(TimeView(), 9, history, 40), 1, history, 40).zoom == 8


def test_a_view_held_near_the_oldest_is_filled_when_it_shows_more_time():
    history = memory()
    assert zoomed(TimeView(end=5), 1, history, 40) == TimeView(2, 80)
    assert zoomed(TimeView(end=5), 3, history, 40) == TimeView(8, 100)  # all there is, and still held
    assert zoomed(TimeView(end=90), 1, history, 40) == TimeView(2, 90)
    assert zoomed(TimeView(2, 5), -1, history, 3) == TimeView(1, 5)
