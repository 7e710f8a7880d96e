"""Outputs agree by their largest difference; what cannot be compared says why."""

import numpy as np
import pytest

from edgetop.analysis.agreement import largest_difference, tolerance
from edgetop.readings import Missing


def test_the_largest_difference_over_all_outputs():
    ours = [np.array([[0.1, 0.9]]), np.array([1.0])]
    theirs = [np.array([0.1, 0.9]), np.array([1.25])]
    assert largest_difference(ours, theirs) == 0.25


def test_equal_outputs_differ_by_nothing():
    assert largest_difference([np.ones(3)], [np.ones(3)]) == 0.0


def test_other_shapes_and_numbers_that_are_none_are_told():
    assert largest_difference([np.ones(3)], [np.ones(4)]) == Missing("its outputs have other shapes")
    assert largest_difference([np.array([np.nan])], [np.ones(1)]) == Missing("its outputs are not all numbers")


def test_raw_outputs_differ_by_a_share_of_the_largest_of_each():
    ours, theirs = [np.array([9.0, 1.0]), np.array([0.3])], [np.array([-10.0, 1.0]), np.array([0.2])]
    assert largest_difference(ours, theirs, raw=True) == pytest.approx(1.9)
    assert largest_difference(ours[1:], theirs[1:], raw=True) == pytest.approx(0.5)


def test_raw_outputs_of_nothing_but_zeros_are_compared_as_they_are():
    assert largest_difference([np.array([0.25])], [np.zeros(1)], raw=True) == 0.25


def test_raw_outputs_may_differ_more_and_no_precision_may_not():
    for precision in ("fp32", "fp16", "int8"):
        assert tolerance(precision, raw=True) > tolerance(precision, raw=False) > 0
    assert tolerance("fp8", raw=True) == 0
