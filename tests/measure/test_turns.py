"""Turns go forward and back, so that a drift falls on all runs alike."""

import itertools

from edgetop.measure.turns import forward_and_back


def test_three_runs_alternate_forward_and_back():
    assert list(itertools.islice(forward_and_back(3), 9)) == [0, 1, 2, 2, 1, 0, 0, 1, 2]


def test_a_linear_drift_costs_every_run_the_same():
    order = list(itertools.islice(forward_and_back(3), 12))
    cost = {run: sum(place for place, holder in enumerate(order) if holder == run) for run in range(3)}
    assert len(set(cost.values())) == 1


def test_one_run_holds_every_turn():
    assert list(itertools.islice(forward_and_back(1), 3)) == [0, 0, 0]
