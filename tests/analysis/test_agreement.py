"""Outputs agree by their largest difference; what cannot be compared says why."""

import numpy as np

from edgetop.analysis.agreement import largest_difference
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
