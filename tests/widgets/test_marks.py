"""A letter stands before the figure there is something to know of, where there is room; its note below has it too."""

import dataclasses

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.marks import letters_of, mark_counts, mark_texts, marked


def run(**changes):
    values = {"count": 100, "p50_ns": 5e6, "p99_ns": 9e6, "mean_ns": 6e6, **changes}
    return RunFigures(0, "litert", "LiteRT", "tiny", "fp32", 1, **values)


ALL = run(throttled=3, unsteady="its last turns are 2 % apart", contended=40, outliers=5, outliers_share_of_mean=0.2)


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
        "w samples that waited for a core: B 40 of 100",
        "o outliers, more than 3 interquartile ranges above the third quartile: B 5 of 100",
    ]


def test_waiting_marks_a_median_that_it_has_moved_and_no_other():
    known = run(contended=90, p50_less_waiting_ns=4.95e6)
    assert letters_of("p50_ns", known) == "" and mark_texts([known], "A") == []
    assert letters_of("p50_ns", dataclasses.replace(known, p50_less_waiting_ns=4.8e6)) == "w"
    several_threads = dataclasses.replace(known, threads=4, p50_less_waiting_ns=Missing("others' waits are not seen"))
    assert letters_of("p50_ns", several_threads) == "w"
    assert letters_of("p50_ns", dataclasses.replace(several_threads, contended=33)) == ""


def test_outliers_mark_a_p99_that_is_one_and_a_mean_that_they_have_raised():
    few = run(outliers=1, outliers_share_of_mean=0.009)
    assert letters_of("p99_ns", few) == letters_of("mean_ns", few) == "" and mark_texts([few], "A") == []
    assert letters_of("mean_ns", dataclasses.replace(few, outliers_share_of_mean=0.011)) == "o"
    many = dataclasses.replace(few, outliers=2)
    assert (letters_of("p99_ns", many), letters_of("mean_ns", many)) == ("o", "")
    assert mark_texts([dataclasses.replace(many, p99_ns=Missing("needs 459"))], "A") == []


def test_a_matrix_tells_how_many_of_its_runs_a_letter_concerns():
    assert mark_counts([run(), ALL, ALL])[:2] == [
        "t inferences while throttled (2 of 3 runs)",
        "u has not come to rest (2 of 3 runs)",
    ]
