"""Shares, coverage and cost of operators, and which operators of several runs stand in one row."""

import pytest

from edgetop.analysis.operators import UNTIMED, breakdown, side_by_side
from edgetop.protocol import Operators
from edgetop.readings import Missing


def operators(*rows, run=0, **rest):
    values = {"rounds": 20, "plain_p50_ns": 90.0, "p50_ns": 99.0, "mean_ns": 125.0, **rest}
    return Operators(run, tuple((name, kind, ns, 1, None) for name, kind, ns in rows), **values)


def table(**times):
    return breakdown(operators(*((name, "Conv", ns) for name, ns in times.items())))


def test_the_longest_comes_first_with_its_share_and_what_they_take_together():
    told = breakdown(operators(("stem", "Conv", 20.0), ("body", "Conv", 70.0), ("head", "Gemm", 10.0)))
    assert [(r.name, r.share, r.cumulative, r.order) for r in told.rows] == [
        ("body", 0.7, 0.7, 1),
        ("stem", 0.2, 0.9, 0),
        ("head", 0.1, 1.0, 2),
    ]
    assert told.types == (("Conv", pytest.approx(0.9)), ("Gemm", 0.1))


def test_coverage_is_of_the_whole_inference_and_cost_of_the_median_without():
    told = breakdown(operators(("stem", "Conv", 100.0)))
    assert told.coverage == 0.8
    assert told.cost == pytest.approx(1.1)


def test_what_was_not_measured_stays_missing():
    told = breakdown(operators(("stem", "Conv", 100.0), plain_p50_ns=Missing("none"), mean_ns=0))
    assert told.cost == Missing("none")
    assert isinstance(told.coverage, Missing)


def test_operators_that_take_no_time_have_no_share():
    assert [row.share for row in breakdown(operators(("a", "Conv", 0.0))).rows] == [0.0]


def test_without_operators_there_is_a_reason():
    assert breakdown(None) is UNTIMED
    assert breakdown(Operators(0, missing="no profiler", hint="wait")) == Missing("no profiler", "wait")
    assert breakdown(Operators(0)).reason == "the framework named no operator"


def test_operators_of_one_name_stand_in_one_row_the_longest_first():
    joined = side_by_side([table(a=10.0, b=30.0), table(b=20.0, a=50.0, a_split=5.0)])
    assert joined.runs == (0, 1) and joined.apart == ()
    assert [(row.name, row.times_ns) for row in joined.rows] == [
        ("a", (10.0, 50.0)),
        ("b", (30.0, 20.0)),
        ("a_split", (None, 5.0)),
    ]
    assert sorted(joined.rows, key=lambda row: row.place)[0].name == "a"


def test_a_name_that_comes_twice_in_a_run_is_one_operator():
    twice = breakdown(operators(("a", "Conv", 10.0), ("a", "Relu", 5.0)))
    assert side_by_side([twice, table(a=1.0)]).rows[0].times_ns == (15.0, 1.0)


def test_a_run_that_names_its_operators_otherwise_is_left_apart():
    joined = side_by_side([table(a=10.0, b=30.0), table(x0=20.0, x1=20.0, a=1.0), Missing("none"), table(a=9.0, b=9.0)])
    assert joined.runs == (0, 3) and joined.apart == (1,)
    assert {row.name for row in joined.rows} == {"a", "b"}


def test_runs_whose_names_have_too_little_in_common_are_not_joined():
    joined = side_by_side([table(a=10.0, b=30.0), table(x0=20.0, a=1.0)])
    assert joined.runs == () and joined.apart == (0, 1) and joined.rows == ()
    assert side_by_side([table(a=10.0)]).runs == ()
