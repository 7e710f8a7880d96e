from dataclasses import replace

from edgetop.protocol import RunFigures
from edgetop.readings import Missing
from edgetop.widgets.figure_lines import LINES, best_places, lines_of, texts_of
from edgetop.widgets.figure_notes import first_lines, notes

MS = 1e6
BY_TITLE = {line.title: line for line in LINES}


def run(number=0, **changes):
    title = ("LiteRT", "PyTorch", "Caffe")[number]
    return replace(RunFigures(number, title.lower(), title, "mobilenet_v2", "fp32", 2), **changes)


def best(title, runs):
    line = BY_TITLE[title]
    return best_places(line, runs, texts_of(line, runs))


def text(rows):
    return ["".join(piece for piece, _ in row) for row in rows]


def test_the_fastest_and_the_most_frequent_are_best():
    runs = [run(0, p50_ns=5 * MS, rate_ips=200.0), run(1, p50_ns=18 * MS, rate_ips=55.0)]
    assert best("p50", runs) == {0}
    assert best("rate", runs) == {0}


def test_a_single_value_is_not_best():
    assert best("p50", [run(0, p50_ns=5 * MS), run(1)]) == frozenset()


def test_values_that_read_the_same_are_equal():
    runs = [run(0, power_w=3.001), run(1, power_w=3.002), run(2, power_w=4.0)]
    assert best("power", runs) == {0, 1}
    assert best("power", runs[:2]) == frozenset()


def test_medians_whose_intervals_overlap_are_equal():
    runs = [
        run(0, p50_ns=5.0 * MS, ci95_p50_ns=(4.9 * MS, 5.2 * MS)),
        run(1, p50_ns=5.1 * MS, ci95_p50_ns=(5.1 * MS, 5.3 * MS)),
        run(2, p50_ns=9.0 * MS, ci95_p50_ns=(8.9 * MS, 9.1 * MS)),
    ]
    assert best("p50", runs) == {0, 1}


def test_the_run_the_others_are_compared_with_is_called_the_reference():
    runs = [run(0), run(1, agreement=3e-7, agrees_with="LiteRT")]
    assert texts_of(BY_TITLE["agreement"], runs) == ["reference", "3.0e-07"]


def test_the_time_of_decoding_is_a_row_where_there_is_a_detector():
    seeing, blind = [run(0, decode_ns=2 * MS), run(1)], [run(0), run(1)]
    assert texts_of(BY_TITLE["decode"], seeing) == ["2.00 ms", "–"]
    assert BY_TITLE["decode"] in lines_of(seeing)
    assert [line.title for line in LINES if line not in lines_of(blind)] == ["decode"]


def test_one_reason_is_told_once_with_the_rows_it_concerns():
    reason = Missing("no /dev/i2c-1", "enable I2C")
    runs = [run(n, power_w=reason, energy_j=reason) for n in range(2)]
    assert text(notes(runs, 80)) == ["power, energy – no /dev/i2c-1: enable I2C"]


def test_a_reason_of_some_runs_names_them():
    runs = [run(0, p99_ns=9 * MS), run(1, p99_ns=Missing("needs 1000 inferences, has 20"))]
    assert text(notes(runs, 80)) == ["p99 (B) – needs 1000 inferences"]


def test_reasons_that_differ_in_their_counts_are_one():
    counts = (324, 181)
    runs = [run(n, p99_ns=Missing(f"needs 459 inferences, has {count}")) for n, count in enumerate(counts)]
    assert text(notes(runs, 80)) == ["p99 – needs 459 inferences"]


def test_what_concerns_most_numbers_comes_first():
    meter = Missing("no meter")
    runs = [run(n, p90_ns=Missing("needs 29 inferences, has 3"), power_w=meter, energy_j=meter) for n in range(2)]
    assert text(notes(runs, 80)) == ["power, energy – no meter", "p90 – needs 29 inferences"]


def test_how_a_run_runs_is_told_after_failures_and_before_what_is_missing():
    runs = [run(0, power_w=Missing("no meter")), run(1, note="compiled in 4.2 s"), run(2, status="failed", message="x")]
    assert text(notes(runs, 80)) == ["✗ C x", "B compiled in 4.2 s", "power (A) – no meter"]


def test_a_failure_comes_first_and_keeps_its_hint():
    runs = [run(0, contended=3, count=10), run(1, status="failed", message="killed by signal 9", hint="Try int8")]
    assert text(notes(runs, 80)) == ["✗ B killed by signal 9. Try int8", "samples that waited for a core: A 3 of 10"]


def test_notes_that_do_not_fit_say_that_more_follows():
    rows = [(("one", ""),), (("two and three", ""),), (("four", ""),)]
    assert text(first_lines(rows, 2, 10)) == ["one", "two and …"]
    assert text(first_lines(rows, 3, 10)) == ["one", "two and three", "four"]
    assert first_lines(rows, 0, 10) == []
