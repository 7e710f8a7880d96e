import pytest

from edgetop.widgets.cells import ascii_only, exactly
from edgetop.widgets.forest import forest
from edgetop.widgets.pairs import Pair

WHY = {"energy": "there is no meter: plug one in", "accuracy": "no data set was looked at"}


def pair(first, second, value, half=0.05, kind="latency", **changes):
    return Pair(kind, first, second, value, value - half, value + half, text="the words of it", **changes)


def drawn(pairs, width=76, *, worded=False, reasons=WHY):
    rows = forest(pairs, width, reasons, worded=worded)
    return ["".join(text for text, _ in exactly(row, width)).rstrip() for row in rows], rows


def test_an_interval_is_a_bar_that_crosses_the_mark_only_where_the_two_are_not_told_apart():
    lines, rows = drawn([pair(0, 1, 2.0, 0.4), pair(0, 2, 1.02)], reasons={})
    head, told, equal = lines
    mark = equal.index("┿")
    assert head.index("1", 50) == mark == told.index("│")
    assert "━●━" in told[mark:] and told[mark + 1] == " "
    assert "2.00" in told and "1.60 to 2.40" in told
    assert "≈ 1.02" in equal and "0.97 to 1.07" in equal
    inks = {ink for text, ink in rows[1] if "●" in text or "━" in text}
    assert "good" in inks and "good" not in {ink for _, ink in rows[2]}


def test_a_small_difference_that_is_told_stays_clear_of_the_mark():
    lines, _ = drawn([pair(0, 1, 1.011, 0.005), pair(0, 2, 90.0, 1.0)], reasons={})
    assert lines[1].endswith("│●") or "│●" in lines[1]
    assert "┿" not in "".join(lines)


def test_all_ratios_share_one_axis():
    lines, _ = drawn([pair(0, 1, 4.0), pair(0, 1, 4.0, kind="energy"), pair(0, 1, 1.5, 0, kind="memory")], reasons={})
    latency, energy, memory = lines[1], lines[3], lines[5]
    assert latency.rindex("●") == energy.rindex("●") > memory.rindex("●")
    assert " to " not in memory


def test_what_is_provisional_has_its_sign():
    lines, _ = drawn([pair(0, 1, 2.0, kind="energy", provisional=True)], reasons={})
    assert " ~2.00 " in lines[1]


def test_accuracy_is_in_points_on_an_axis_of_its_own():
    lines, _ = drawn([pair(0, 1, 0.012, 0.008, "accuracy", figure="top-1")], reasons={})
    assert "points" in lines[0] and "1.20  +0.40 to +2.00" in lines[1] and "│" in lines[1]


def test_reasons_stand_in_the_place_of_what_is_missing():
    lines, _ = drawn([Pair("latency", 0, 1, missing="needs 20 pairs of turns, has 8")])
    assert lines[1] == "● A ■ B  needs 20 pairs of turns, has 8"
    assert lines[2] == "Energy     there is no meter: plug one in"
    assert lines[3] == "Accuracy   no data set was looked at"


def test_waiting_and_outputs_have_columns_where_there_is_something_to_say():
    plain, _ = drawn([pair(0, 1, 2.0)], reasons={})
    assert "less wait" not in plain[0] and "outputs" not in plain[0]
    lines, _ = drawn(
        [pair(0, 1, 2.0, corrected=1.8, outputs="agree to 3e-07"), pair(0, 2, 3.0, outputs="DIFFER")], reasons={}
    )
    assert lines[0].split()[:6] == ["Latency", "times", "95", "%", "less", "wait"]
    assert " 1.80 " in lines[1] and " 3e-07 " in lines[1] and " DIFFER " in lines[2]


@pytest.mark.parametrize("width", [20, 36, 44, 50, 56, 76, 116, 196])
def test_outputs_that_differ_are_told_before_bars_are_drawn(width):
    lines, _ = drawn([pair(0, 1, 2.0, outputs="DIFFER")], width, reasons={})
    assert "DIFFER" in lines[1] or width < 44
    agreeing, _ = drawn([pair(0, 1, 2.0, outputs="agree to 3e-07")], width, reasons={})
    assert "●" in agreeing[1][4:] or width < 47


def test_words_follow_their_line_where_there_is_room():
    lines, _ = drawn([pair(0, 1, 2.0), pair(0, 2, 3.0)], worded=True, reasons={})
    assert lines[2] == lines[4] == " " * 11 + "the words of it"


def test_it_can_be_drawn_in_ascii():
    lines, _ = drawn([pair(0, 1, 2.0), pair(0, 2, 1.01)], reasons={})
    assert "?" not in ascii_only("".join(lines))
