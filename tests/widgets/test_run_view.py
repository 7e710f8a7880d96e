"""Which runs are shown, and in which order."""

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.run_view import SORTED_BY, RunView, sorted_anew

MS = 1e6
NONE = Missing("no meter")


def run(number, framework, p50_ms, precision="fp32", **figures):
    return RunFigures(number, framework.lower(), framework, "mobilenet_v2", precision, 2, p50_ns=p50_ms * MS, **figures)


RUNS = (
    run(0, "PyTorch", 18.04, rate_ips=55.0, rss_bytes=300.0),
    run(1, "LiteRT", 5.0, rate_ips=200.0, energy_j=NONE),
    run(2, "Caffe", 18.01, "int8", rate_ips=54.0, energy_j=0.2),
    run(3, "ncnn", 9.0, "fp16", energy_j=0.1),
)


@pytest.mark.parametrize(
    ("view", "places"),
    [
        (RunView(), (0, 1, 2, 3)),
        (RunView("p50"), (1, 3, 0, 2)),  # 18.04 and 18.01 are equal to two digits: as they started
        (RunView("rate"), (1, 0, 2, 3)),
        (RunView("energy"), (3, 2, 0, 1)),
        (RunView("memory"), (0, 1, 2, 3)),
        (RunView("name"), (2, 1, 3, 0)),
        (RunView("", "fp32"), (0, 1)),
        (RunView("p50", "FP32  ×2"), (1, 0)),
        (RunView("", "caffe int8"), (2,)),
        (RunView("", "caffe fp32"), ()),
        (RunView("no such row"), (0, 1, 2, 3)),
    ],
)
def test_the_best_comes_first_and_what_has_no_figure_last(view, places):
    assert view.places(RUNS) == places


def test_sorting_goes_round_what_there_are_figures_of():
    view, seen = RunView(words="fp32"), []
    for _ in range(6):
        view = sorted_anew(view, RUNS)
        seen.append(view.sort)
    assert seen == ["p50", "rate", "memory", "energy", "name", ""]
    assert set(seen[:4]) < set(SORTED_BY) and view.words == "fp32"


def test_a_row_that_is_gone_is_left_for_the_first_one():
    assert sorted_anew(RunView("top-1"), RUNS).sort == "p50"


def test_a_caption_tells_both():
    assert RunView("p50", " int8 ").words_of == "by p50  only int8" and RunView().words_of == ""
