"""A letter stands before the figure there is something to know of, where there is room; its note below has it too."""

import dataclasses

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.marks import letters_of, mark_texts, marked


def run(**changes):
    values = {"count": 100, "p50_ns": 5e6, "p99_ns": 9e6, "mean_ns": 6e6, **changes}
    return RunFigures(0, "litert", "LiteRT", "tiny", "fp32", 1, **values)


ALL = run(throttled=3, unsteady="its last turns are 2 % apart", contended=4, outliers=5)


def test_each_warning_is_at_the_figures_it_concerns():
    assert letters_of("p50_ns", ALL) == "tuw"
    assert letters_of("p99_ns", ALL) == letters_of("mean_ns", ALL) == "o"
    assert letters_of("p99_ns", dataclasses.replace(ALL, p99_ns=Missing("needs more"))) == ""
    assert letters_of("rss_bytes", ALL) == letters_of("p50_ns", run()) == ""


def test_what_was_left_out_of_the_statistics_marks_nothing():
    assert letters_of("p50_ns", run(throttled=3, leaves_out_throttled=True)) == ""


@pytest.mark.parametrize(
    ("room", "text"), [(12, "tuw 5.00 ms"), (10, "tuw5.00 ms"), (9, "tu5.00 ms"), (8, "t5.00 ms"), (7, "5.00 ms")]
)
def test_a_figure_is_never_cut_for_its_letters(room, text):
    assert marked("5.00 ms", "p50_ns", ALL, room) == text


def test_a_note_a_letter_names_the_runs():
    told = mark_texts([run(), ALL], "AB")
    assert told == [
        "u has not come to rest: B its last turns are 2 % apart",
        "w samples that waited for a core: B 4 of 100",
        "o outliers, more than 3 interquartile ranges above the third quartile: B 5 of 100",
    ]
