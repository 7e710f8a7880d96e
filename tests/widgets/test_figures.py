from dataclasses import replace

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures, Stratum
from edgetop.widgets.figure_lines import LINES, best_places, lines_of, texts_of
from edgetop.widgets.figure_notes import first_lines, notes
from edgetop.widgets.figures import Figures

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


def test_the_fastest_is_best_where_intervals_tell():
    runs = [
        run(0, p50_ns=5 * MS, ci95_p50_ns=(4.9 * MS, 5.1 * MS)),
        run(1, p50_ns=18 * MS, ci95_p50_ns=(17 * MS, 19 * MS)),
    ]
    assert best("p50", runs) == {0}
    assert best("p50", [runs[0], replace(runs[1], ci95_p50_ns=Missing("needs more"))]) == frozenset()


def test_what_has_no_interval_is_not_best():
    runs = [run(0, p99_ns=5 * MS, mean_ns=5 * MS, rate_ips=200.0), run(1, p99_ns=9 * MS, mean_ns=9 * MS, rate_ips=55.0)]
    assert not any(best(title, runs) for title in ("p99", "mean", "rate"))


def test_memory_that_is_less_than_2_per_cent_apart_is_equal():
    runs = [run(0, rss_bytes=100e6), run(1, rss_bytes=101e6), run(2, rss_bytes=110e6)]
    assert best("memory", runs) == {0, 1}


def test_where_models_differ_each_column_names_its_own():
    figures = Figures()
    figures._runs = (run(0), replace(run(1), model="folder/squeezenet1_1.onnx"))
    figures._places = (0, 1)
    small, large = (text(figures._head(30, height)) for height in (9, 20))
    assert "mobilenet_v2" in small[1] and "squeezenet1_1.onnx" in small[1] and "folder" not in small[1]
    assert len(small) == 3 and len(large) == 4 and "fp32" in large[2]
    figures._runs = (run(0), run(1))
    assert not any("mobilenet_v2" in line for line in text(figures._head(30, 20)))


def test_a_single_value_is_not_best():
    assert best("p50", [run(0, p50_ns=5 * MS), run(1)]) == frozenset()


def test_values_that_read_the_same_are_equal():
    tight = [(value * MS, ((value - 1e-4) * MS, (value + 1e-4) * MS)) for value in (3.001, 3.002, 4.0)]
    runs = [run(n, p90_ns=value, ci95_p90_ns=interval) for n, (value, interval) in enumerate(tight)]
    assert best("p90", runs) == {0, 1}
    assert best("p90", runs[:2]) == frozenset()


def test_no_power_is_the_best():
    assert best("power", [run(0, power_w=3.0), run(1, power_w=4.0)]) == frozenset()


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
    assert "decode" not in [line.title for line in lines_of(blind)]


def test_one_reason_is_told_once_with_the_rows_it_concerns():
    reason = Missing("no /dev/i2c-1", "enable I2C")
    runs = [run(n, power_w=reason, energy_j=reason) for n in range(2)]
    assert text(notes(runs, 80)) == ["power, energy – no /dev/i2c-1: enable I2C"]


def energy(number, gross_j, u95_j, net_j=0.0, **changes):
    return run(number, energy_j=gross_j, energy_u95_j=u95_j, energy_net_j=net_j, energy_net_u95_j=u95_j, **changes)


def test_energy_is_told_with_its_interval_and_without_where_there_is_no_room():
    runs = [energy(0, 0.01662, 0.00024), energy(1, 0.4, 0.003)]
    assert texts_of(BY_TITLE["energy"], runs, 17) == ["16.62 ±0.24 mJ", "400.0 ±3.0 mJ"]
    assert texts_of(BY_TITLE["energy"], runs, 13) == ["16.6 mJ", "400 mJ"]


def test_inferences_per_joule_are_the_other_way_round_and_most_are_best():
    runs = [energy(0, 0.016, 0.0001), energy(1, 0.4, 0.003)]
    assert texts_of(BY_TITLE["inf/J"], runs) == ["62.5/J", "2.50/J"]
    assert best("inf/J", runs) == best("energy", runs) == {0}


def test_energies_whose_intervals_overlap_or_are_not_known_are_equal():
    near = [energy(0, 0.016, 0.001), energy(1, 0.0175, 0.001)]
    assert best("energy", near) == best("inf/J", near) == frozenset()
    apart = [energy(0, 0.016, 0.0005, 0.010), energy(1, 0.0175, 0.0005, 0.0101)]
    assert best("energy", apart) == {0} and best("net", apart) == frozenset()
    assert best("energy", [run(0, energy_j=0.016), run(1, energy_j=0.4)]) == frozenset()


def test_provisional_energy_has_a_sign_and_a_note():
    runs = [energy(0, 0.016, 0.0001, energy_note="5 windows of 10.0 s")]
    runs.append(run(1, energy_j=0.4, energy_note="provisional: over its turns"))
    assert texts_of(BY_TITLE["energy"], runs) == ["16.00 ±0.10 mJ", "~400 mJ"]
    assert texts_of(BY_TITLE["net"], runs)[1] == "–"
    assert text(notes(runs, 80)) == ["energy (A): 5 windows of 10.0 s", "energy (B): ~ provisional: over its turns"]


def test_what_is_made_of_energy_has_no_row_without_energy():
    titles = {line.title for line in lines_of([run(0)])}
    assert "energy" in titles and not {"net", "inf/J"} & titles
    assert {"net", "inf/J"} <= {line.title for line in lines_of([run(0), run(1, energy_j=0.4)])}


def test_throttled_inferences_are_counted_also_where_they_are_left_out():
    runs = [run(0, count=500, throttled=31), run(1, count=90)]
    assert text(notes(runs, 80)) == ["t inferences while throttled: A 31 of 500"]
    strata = {"clean": Stratum(469, 5e6), "held back": Stratum(31, 8e6), "C": Stratum(31, 8e6), "T": Stratum(9, 9e6)}
    (told,) = text(notes([replace(runs[0], strata=strata)], 100))
    assert told == "t inferences while throttled: A 31 of 500 (p50 8.00 ms, else 5.00 ms; C T)"
    left_out = [run(0, count=469, throttled=31, leaves_out_throttled=True)]
    assert text(notes(left_out, 80)) == ["inferences while throttled, left out of latencies only: A 31 of 500"]


def test_the_energy_phase_tells_how_far_it_is_and_what_idling_drew():
    runs = [run(0, status="energy", message="window 2 of 5"), run(1, status="idling")]
    assert text(notes(runs, 80, "idling drew 2.41 W before and 2.52 W after: 4.4 % apart")) == [
        "A energy: window 2 of 5",
        "idling drew 2.41 W before and 2.52 W after: 4.4 % apart",
    ]


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
    runs = [
        run(0, contended=4, count=10, p50_ns=5e6),
        run(1, status="failed", message="killed by signal 9", hint="Try int8"),
    ]
    assert text(notes(runs, 80)) == ["✗ B killed by signal 9. Try int8", "w samples that waited for a core: A 4 of 10"]


def test_notes_that_do_not_fit_say_that_more_follows():
    rows = [(("one", ""),), (("two and three", ""),), (("four", ""),)]
    assert text(first_lines(rows, 2, 10)) == ["one", "two and …"]
    assert text(first_lines(rows, 3, 10)) == ["one", "two and three", "four"]
    assert first_lines(rows, 0, 10) == []


def test_shares_of_right_answers_are_a_row_where_a_data_set_was_shown():
    runs = [run(0, top1=0.9, top1_ci95=(0.88, 0.92)), run(1, top1=0.7, top1_ci95=(0.67, 0.73)), run(2)]
    assert texts_of(BY_TITLE["top-1"], runs) == ["90.00 %", "70.00 %", "–"]
    titles = [line.title for line in lines_of(runs)]
    assert "top-1" in titles and "mAP" not in titles
    assert best("top-1", runs) == {0}


def test_shares_whose_intervals_overlap_are_not_ranked():
    runs = [run(0, top1=0.90, top1_ci95=(0.88, 0.92)), run(1, top1=0.89, top1_ci95=(0.87, 0.91))]
    assert best("top-1", runs) == frozenset()
    assert best("mAP", [run(0, mean_ap=0.30), run(1, mean_ap=0.10)]) == frozenset()


def test_what_differs_between_two_sessions_stands_before_what_is_known_of_their_samples():
    runs = [run(0, lost=3), run(1)]
    assert text(notes(runs, 60, warnings=("edgetop differs: 16:46 0.1.0, 17:02 0.2.0",)))[:2] == [
        "edgetop differs: 16:46 0.1.0, 17:02 0.2.0",
        "samples lost: A 3",
    ]
