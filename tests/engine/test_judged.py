"""Accuracy's figures come from counts, those of a file that says what cannot be from none."""

from dataclasses import replace

import pytest

from edgetop.analysis.accuracy import wilson
from edgetop.engine.judged import Judged, accuracy_json, accuracy_verdicts
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures


def judged(**data):
    state = Judged()
    state.add({"pictures": 1000, "pictures_of": 1000, **data})
    return state


def figures(state, number=0):
    return RunFigures(number, "litert", "LiteRT", "tiny", "fp32", 1, **state.fields())


class Run:
    def __init__(self, state):
        self.judged = state


def verdicts(pairs):
    states = [judged(top1=740, top5=900), judged(top1=712, top5=899, pairs=pairs)]
    runs = [figures(state, number) for number, state in enumerate(states)]
    return accuracy_verdicts([Run(state) for state in states], runs, ["LiteRT fp32", "LiteRT int8"])


def test_shares_have_their_intervals():
    run = figures(judged(top1=740, top5=900, left_out=2, faults=[["a.jpg: damaged"]], data_set="x", recipe="y"))
    assert (run.top1, run.top1_ci95) == (0.74, wilson(740, 1000))
    assert (run.top5, run.pictures, run.left_out, run.faults) == (0.9, 1000, 2, ("a.jpg: damaged",))
    assert isinstance(run.mean_ap, Missing)


def test_without_an_event_nothing_is_measured():
    assert isinstance(figures(Judged()).top1, Missing)


@pytest.mark.parametrize(
    "data", [{"top1": 1001}, {"top1": -1}, {"top1": 0, "pictures": 0}, {"top1": 1, "pictures": -5}]
)
def test_counts_that_cannot_be_are_no_figures(data):
    assert isinstance(figures(judged(**data)).top1, Missing)


def test_a_difference_that_the_pairs_tell_names_the_better():
    (verdict,) = verdicts([["top1", 0, 40, 12, 1000]])
    assert (verdict.kind, verdict.figure) == ("accuracy", "top-1") and (verdict.first, verdict.second) == (0, 1)
    assert verdict.value == pytest.approx(0.028) and 0 < verdict.low < 0.028 < verdict.high
    assert verdict.text.startswith("top-1: LiteRT fp32 is 2.80 points above LiteRT int8, 95 % +1.3")


def test_a_better_second_run_is_named_first_with_its_own_signs():
    (verdict,) = verdicts([["top5", 0, 12, 40, 1000]])
    assert verdict.high < 0
    assert verdict.text.startswith("top-5: LiteRT int8 is 2.80 points above LiteRT fp32, 95 % +1.3")


def test_a_difference_that_they_do_not_tell_is_none():
    (verdict,) = verdicts([["top1", 0, 22, 20, 1000]])
    assert "no difference between LiteRT fp32 and LiteRT int8 that these pictures can tell" in verdict.text
    assert verdict.low < 0 < verdict.high


@pytest.mark.parametrize(
    "row",
    [["top1", 7, 1, 1, 10], ["top3", 0, 1, 1, 10], ["top1", 0, 8, 8, 10], ["top1", 0, -1, 0, 9], ["top1", 0, 0, 0, 0]],
)
def test_pairs_that_cannot_be_say_nothing(row):
    assert verdicts([row]) == ()


def test_map_is_told_apart_by_its_difference():
    (verdict,) = verdicts([["map", 0, -0.03, 0.012, 500]])
    assert (verdict.figure, verdict.first, verdict.second) == ("mAP", 0, 1)
    assert verdict.value == -0.03 and verdict.high == pytest.approx(-0.018)
    assert (
        verdict.text
        == "mAP: LiteRT int8 is 3.00 points above LiteRT fp32, 95 % +1.80 to +4.20, on the same 500 pictures"
    )
    (verdict,) = verdicts([["map", 0, 0.01, 0.012, 500]])
    assert "mAP: no difference" in verdict.text and verdict.low < 0 < verdict.high


@pytest.mark.parametrize(
    "row", [["map", 0, 2.0, 0.1, 9], ["map", 0, 0.1, -0.1, 9], ["map", 7, 0.1, 0.1, 9], ["map", 0, 0, 0, 0]]
)
def test_differences_of_map_that_cannot_be_say_nothing(row):
    assert verdicts([row]) == ()


def test_map_says_why_it_has_no_interval():
    run = RunFigures(0, "litert", "LiteRT", "yolov5n", "fp32", 1, data_set="COCO", mean_ap=0.3, mean_ap50=0.5)
    told = accuracy_json(run)
    assert told["map"] == 0.3 and "drawing them anew" in told["map_ci95"]["missing"]
    assert accuracy_json(replace(run, mean_ap=Missing("not yet")))["map_ci95"] == {"missing": "not yet"}
