import pytest

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.cells import row_width
from edgetop.widgets.pairs import Pair
from edgetop.widgets.pareto import QUALITIES, frontier, points_of, qualities
from edgetop.widgets.scatter import Scatter

MS = 1e6
ENERGY, TOP1, MAP, MEMORY = QUALITIES


def run(number, p50, energy=Missing("no meter"), **changes):
    return RunFigures(number, f"f{number}", f"F{number}", "m", "fp32", 1, p50_ns=p50, energy_j=energy, **changes)


def unbeaten(runs, pairs=(), quality=ENERGY):
    return [point.place for point in frontier(points_of(runs, quality), pairs, quality)]


def told(kind, first, second, tells=True, figure=""):
    equal = 0.0 if kind == "accuracy" else 1.0
    return Pair(kind, first, second, equal + 0.2, equal + (0.1 if tells else -0.1), equal + 0.3, figure=figure)


def test_what_another_one_beats_in_both_is_off_the_frontier():
    runs = [run(0, 5 * MS, 0.4), run(1, 9 * MS, 0.2), run(2, 10 * MS, 0.3), run(3, 30 * MS, 0.1)]
    assert unbeaten(runs) == [0, 1, 3]


def test_verdicts_decide_before_values_do():
    runs = [run(0, 5.0 * MS, 0.30), run(1, 5.1 * MS, 0.29)]
    assert unbeaten(runs) == [0, 1]
    # Of the one there is a verdict, equal; of the other one it tells: nothing speaks for A.
    assert unbeaten(runs, [told("latency", 0, 1, tells=False), told("energy", 1, 0)]) == [1]
    assert unbeaten(runs, [told("latency", 0, 1, tells=False), told("energy", 1, 0, tells=False)]) == [0, 1]


def test_of_accuracy_more_is_better():
    runs = [run(0, 5 * MS, top1=0.70), run(1, 9 * MS, top1=0.75), run(2, 10 * MS, top1=0.72)]
    assert unbeaten(runs, quality=TOP1) == [0, 1]
    assert unbeaten(runs, [told("accuracy", 1, 0, tells=False, figure="top-1")], TOP1) == [0]
    assert unbeaten(runs, [told("accuracy", 1, 0, tells=False, figure="top-5")], TOP1) == [0, 1]


def test_what_there_are_figures_of_can_be_set_against_speed_energy_first():
    assert qualities([run(0, 5 * MS)]) == []
    assert qualities([run(0, Missing("too few"), 0.4, peak_rss_bytes=1e8)]) == []
    assert qualities([run(0, 5 * MS, peak_rss_bytes=1e8)]) == [MEMORY]
    assert qualities([run(0, 5 * MS, 0.4, mean_ap=0.3, peak_rss_bytes=1e8)]) == [ENERGY, MAP, MEMORY]


def test_intervals_are_in_the_axis_unit_and_none_where_they_are_not_known():
    known = run(0, 5 * MS, 0.4, energy_u95_j=0.1, ci95_p50_ns=(4.9 * MS, 5.2 * MS), top1=0.7, top1_ci95=(0.68, 0.72))
    (energy,), (top1,) = points_of([known], ENERGY), points_of([known], TOP1)
    assert energy.across == (4.9 * MS, 5.2 * MS) and energy.up == pytest.approx((0.3, 0.5))
    assert (top1.y, *top1.up) == pytest.approx((70, 68, 72))
    (bare,) = points_of([run(0, 5 * MS, 0.4)], ENERGY)
    assert bare.up == (0.4, 0.4) and bare.across == (5 * MS, 5 * MS)


def drawing(runs, size=(60, 20), quality=ENERGY, *, ascii=False):
    points = points_of(runs, quality)
    rows = Scatter().draw(points, frontier(points, (), quality), quality, size, ascii=ascii)
    assert all(row_width(row) <= size[0] for row in rows)
    return ["".join(text for text, _ in row) for row in rows], rows


TRADE = [
    run(0, 5 * MS, 0.4, energy_u95_j=0.05, ci95_p50_ns=(4.5 * MS, 5.5 * MS)),
    run(1, 20 * MS, 0.1, energy_u95_j=0.001),
    run(2, 25 * MS, 0.3),
]


def place_of(lines, letter):
    (row,) = [number for number, line in enumerate(lines) if letter in line[9:]]
    return lines[row].index(letter, 9), row


def test_a_letter_stands_where_its_run_is_with_a_cross_of_its_intervals():
    lines, rows = drawing(TRADE)
    (ax, ay), (bx, by), (cx, cy) = (place_of(lines, letter) for letter in "ABC")
    assert ax < bx < cx and ay < cy < by
    assert lines[ay][ax - 1] == "─" == lines[ay][ax + 1]
    assert lines[ay - 1][ax] == "│" == lines[ay + 1][ax]
    assert lines[by][bx + 1] != "─"
    assert len(lines) == 20 and "ms" in lines[-1] and "mJ" in "".join(lines)
    inks = {text: ink for row in rows for text, ink in row if text in "ABC"}
    assert inks == {"A": "tag-1", "B": "tag-2", "C": "series-3"}


@pytest.mark.parametrize("ascii", [False, True])
def test_dots_lead_from_one_unbeaten_run_to_the_next(ascii):
    lines, rows = drawing(TRADE, ascii=ascii)
    dots = [number for number, row in enumerate(rows) if any(ink == "good" for _, ink in row)]
    (_, top), (_, floor) = place_of(lines, "A"), place_of(lines, "B")
    assert len(dots) >= 4 and top <= min(dots) and max(dots) <= floor
    assert not ascii or any(text == "." for row in rows for text, ink in row if ink == "good")


def test_runs_in_one_cell_have_all_their_letters():
    lines, _ = drawing([run(n, 5 * MS, 0.4) for n in range(5)] + [run(5, 50 * MS, 0.1)])
    assert all(any(letter in line[9:] for line in lines) for letter in "ABCDE")


@pytest.mark.parametrize("size", [(1, 1), (20, 4), (21, 5), (30, 8), (200, 50)])
@pytest.mark.parametrize("quality", QUALITIES, ids=lambda quality: quality.title)
def test_any_size_is_drawn_or_left_out(size, quality):
    runs = [run(n, (n + 1) * MS, 0.4, top1=0.7, mean_ap=0.2, peak_rss_bytes=1e8 + n) for n in range(3)]
    lines, _ = drawing(runs, size, quality)
    assert len(lines) == (size[1] if size[0] >= 21 and size[1] >= 5 else 0)


def test_the_axes_stay_while_values_move_a_little():
    scatter = Scatter()

    def labels(p50):
        points = points_of([run(0, p50, 0.4), run(1, 20 * MS, 0.1)], ENERGY)
        rows = scatter.draw(points, (), ENERGY, (60, 20), ascii=False)
        return [row[0][0] for row in rows] + [rows[-1][1][0]]

    first = labels(5.0 * MS)
    assert labels(5.2 * MS) == first
    assert labels(0.5 * MS) != first
