from dataclasses import replace

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures, Verdict
from edgetop.widgets.pairs import headline, order_of, pairs_of

MS = 1e6
FEW = Missing("needs 20 pairs of turns, has 8")


def run(number, p50=5 * MS, rank=0):
    return RunFigures(10 + number, f"f{number}", f"F{number}", "m", "fp32", 1, p50_ns=p50, rank=rank)


def verdict(first, second, value, half=0.03, kind="latency", **changes):
    return Verdict(kind, 10 + first, 10 + second, "words", value, value - half, value + half, **changes)


def test_runs_stand_by_rank_and_before_that_by_their_medians():
    assert order_of([run(0, 9 * MS), run(1, Missing("none")), run(2, 4 * MS)]) == [2, 0, 1]
    # Equal runs keep their places, however their medians move.
    assert order_of([run(0, 5.1 * MS, 1), run(1, 9 * MS, 3), run(2, 5.0 * MS, 1)]) == [0, 2, 1]


def test_the_better_is_the_first_whichever_way_round_it_was_told():
    (pair,) = pairs_of([run(0), run(1)], [verdict(0, 1, 0.5, 0.1, corrected=0.4)])
    assert (pair.first, pair.second) == (1, 0)
    assert (pair.value, pair.low, pair.high, pair.corrected) == pytest.approx((2.0, 1 / 0.6, 2.5, 2.5))
    assert pair.tells


@pytest.mark.parametrize(("corrected", "told"), [(2.03, None), (1.9, 1.9), (2.1, 2.1), (Missing("not told"), None)])
def test_waiting_is_told_where_it_makes_more_than_two_per_cent(corrected, told):
    (pair,) = pairs_of([run(0), run(1)], [verdict(0, 1, 2.0, corrected=corrected)])
    assert pair.corrected == told


def test_of_accuracy_more_is_better_and_nothing_is_equal():
    runs = [run(0), run(1)]
    (pair,) = pairs_of(runs, [verdict(0, 1, -0.012, 0.004, "accuracy", figure="top-1")])
    assert (pair.first, pair.second, pair.tells, pair.figure) == (1, 0, True, "top-1")
    assert (pair.value, pair.low, pair.high) == pytest.approx((0.012, 0.008, 0.016))
    (pair,) = pairs_of(runs, [verdict(0, 1, 0.002, 0.004, "accuracy")])
    assert not pair.tells


def test_pairs_stand_by_kind_and_then_by_who_is_ahead():
    runs = [run(0, rank=3), run(1, rank=1), run(2, rank=2)]
    told = [verdict(0, 1, 0.5, kind="memory"), verdict(0, 1, 0.5), verdict(0, 2, 0.7), verdict(1, 2, 1.4)]
    assert [(p.kind, p.first, p.second) for p in pairs_of(runs, told)] == [
        ("latency", 1, 2),
        ("latency", 1, 0),
        ("latency", 2, 0),
        ("memory", 1, 0),
    ]


def test_what_is_missing_has_its_reason_and_unknown_runs_and_kinds_are_left_out():
    missing = Verdict("latency", 10, 11, "words", FEW, FEW, FEW)
    (pair,) = pairs_of([run(0), run(1)], [missing, verdict(0, 7, 2.0), verdict(0, 1, 2.0, kind="beauty")])
    assert pair.missing == FEW.reason and not pair.tells


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (verdict(0, 1, 2.94), "A is 2.94 times as fast as B, 95 % 2.91 to 2.97"),
        (verdict(0, 1, 1.01), "A and B cannot be told apart, 95 % 0.98 to 1.04"),
        (verdict(0, 1, 2.94, outputs="DIFFER"), "A is 2.94 times as fast as B, 95 % 2.91 to 2.97, but outputs DIFFER"),
        (Verdict("latency", 10, 11, "words", FEW, FEW, FEW), "A against B: needs 20 pairs of turns, has 8"),
    ],
)
def test_the_headline_is_of_the_two_fastest(told, words):
    runs = [run(0, 5 * MS), run(1, 14.7 * MS), run(2, 40 * MS)]
    verdicts = [verdict(0, 2, 8.0), told, verdict(1, 2, 2.7)]
    assert headline(runs, pairs_of(runs, verdicts)) == words


def test_energy_of_which_one_is_provisional_is_provisional():
    runs = [run(0), replace(run(1), energy_note="provisional: 3 windows"), run(2)]
    told = [verdict(0, 1, 1.5), verdict(0, 1, 1.5, kind="energy"), verdict(0, 2, 1.5, kind="energy")]
    assert [pair.provisional for pair in pairs_of(runs, told)] == [False, True, False]


def test_one_run_has_no_headline():
    assert headline([run(0)], []) == "" and headline([], []) == ""


def test_of_runs_of_two_sessions_the_headline_is_of_a_pair_that_is_compared():
    runs = [run(0, 5 * MS), run(1, 9 * MS), run(2, 6 * MS), run(3, 12 * MS)]
    told = headline(runs, pairs_of(runs, [verdict(0, 1, 1.8), verdict(2, 3, 2.0)]))
    assert told.startswith("A is 1.80 times as fast as B")
