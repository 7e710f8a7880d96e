"""AIoTBench's scores are sums over workloads; unknown models are refused, errors are propagated."""

import math

import numpy as np
import pytest

from edgetop.analysis.scores import OPERATIONS, Workload, vips, vops
from edgetop.readings import Missing


def workload(model="mobilenet_v2", accuracy=0.7, pictures=500, seconds=0.1, error=0.0):
    return Workload(model, "litert", accuracy, pictures, seconds, error)


def test_they_are_sums_over_workloads():
    two = [workload(), workload("resnet50", 0.75, seconds=0.5)]
    assert vips(two).value == pytest.approx(0.7 / 0.1 + 0.75 / 0.5)
    assert vops(two).value == pytest.approx(0.7 * 300e6 / 0.1 + 0.75 * 3800e6 / 0.5)


def test_the_operations_are_those_of_aiotbench():
    assert {name: count / 1e6 for name, count in OPERATIONS.items()} == {
        "resnet50": 3800,
        "inception_v3": 5000,
        "densenet121": 2800,
        "squeezenet1_0": 833,
        "mobilenet_v2": 300,
        "mnasnet1_0": 315,
    }


def test_a_model_without_a_count_is_refused():
    told = vops([workload(), workload("xception")])
    assert isinstance(told, Missing) and "xception" in told.reason
    assert vips([workload("xception")]).value == pytest.approx(7)


def test_500_pictures_at_70_per_cent_alone_give_2_9_per_cent():
    score = vips([workload()])
    assert score.error / score.value == pytest.approx(math.sqrt(0.3 / (0.7 * 500)))
    assert round(100 * score.error / score.value, 1) == 2.9


def test_errors_of_times_are_independent_and_those_of_pictures_add_up():
    one, two = vips([workload(error=0.01)]), vips([workload(error=0.01)] * 2)
    by_pictures, by_time = 7 * math.sqrt(0.3 / 350), 7 * 0.1
    assert one.error == pytest.approx(math.hypot(by_pictures, by_time))
    assert two.error == pytest.approx(math.hypot(2 * by_pictures, math.sqrt(2) * by_time))


def test_the_error_is_what_repeating_it_scatters_by():
    chance = np.random.default_rng(3)
    accuracies = chance.binomial(500, 0.7, 4000) / 500
    times = chance.normal(0.1, 0.002, (2, 4000))
    repeated = accuracies / times[0] + accuracies / times[1]  # both answer alike
    assert vips([workload(error=0.002)] * 2).error == pytest.approx(float(repeated.std()), rel=0.05)


def test_never_right_is_a_score_of_nothing_and_an_unknown_time_error_stays_unknown():
    assert vips([workload(accuracy=0.0)]).value == 0
    assert vips([workload(error=Missing("too few"))]).error == Missing("too few")
