"""What the runs of a matrix amount to: scores with their reasons, roofs by precision and threads."""

from dataclasses import replace

import pytest

from edgetop.analysis.student import t_975
from edgetop.commands.bench_table import notes, print_bench, to_csv, to_markdown
from edgetop.engine.matrix import Group, Matrix
from edgetop.engine.matrix_result import Cell, Measured, bench_result, cells
from edgetop.engine.matrix_scores import best_products, roofline, scores, under_roofs
from edgetop.networks import zoo
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Snapshot
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures


def cell(model="mobilenet_v2", framework="litert", p50_ms=10.0, threads=1, precision="fp32", round=1, **rest):
    figures = {"status": "done", "count": 100, "weights": "imported: a.pth", "p50_ns": p50_ms * 1e6, **rest}
    run = RunFigures(0, framework, framework, model, precision, threads, **figures)
    return Cell(RunSpec(0, model, framework, precision, threads), round, framework, "a.edgetop", run)


def judged(model, framework="litert", **rest):
    return cell(model, framework, top1=0.7, pictures=500, **rest)


def test_scores_are_over_aiotbenchs_models_on_all_frameworks():
    table = [judged("mobilenet_v2"), judged("resnet50", "torch", p50_ms=100.0), judged("xception")]
    (score,) = scores(table)
    assert score["vips_by_inference"]["value"] == pytest.approx(0.7 / 0.01 + 0.7 / 0.1)
    assert score["vops_by_inference"]["value"] == pytest.approx(0.7 * 300e6 / 0.01 + 0.7 * 3800e6 / 0.1)
    assert [name for name, _, _ in score["workloads"]] == ["mobilenet_v2", "resnet50"]
    assert "not timed from file to label" in score["vips"]["missing"]


def test_aiotbenchs_own_time_goes_from_the_file_to_the_label():
    told = {"label_error_ns": 1e5, "label_pictures": 500}
    table = [judged("mobilenet_v2", label_ns=2e7, **told), judged("resnet50", "torch", label_ns=2e8, **told)]
    (score,) = scores(table)
    assert score["vips"]["value"] == pytest.approx(0.7 / 0.02 + 0.7 / 0.2)
    assert score["vops"]["value"] == pytest.approx(0.7 * 300e6 / 0.02 + 0.7 * 3800e6 / 0.2)
    assert score["vips_by_inference"]["value"] == pytest.approx(2 * 0.7 / 0.01)
    document = {"plan": {"rounds": 1}, "invalid_reasons": [], "scores": [score], "roofline": []}
    own, by_inference = (note for note in notes(document, table) if "AIoTBench" in note)
    assert "from file to label: VIPS 38.50/s" in own and "by inference alone: VIPS 140.0/s" in by_inference


def test_the_error_of_a_median_is_that_of_its_interval():
    half_ns = 1e5
    (score,) = scores([judged("mobilenet_v2", ci95_p50_ns=(1e7 - half_ns, 1e7 + half_ns))])
    by_pictures = 70 * (0.3 / (0.7 * 500)) ** 0.5
    by_time = 70 * half_ns / t_975(9) / 1e7
    assert score["vips_by_inference"]["standard_error"] == pytest.approx((by_pictures**2 + by_time**2) ** 0.5)


def test_precisions_threads_and_rounds_have_scores_of_their_own():
    one = judged("mobilenet_v2")
    table = [one, judged("mobilenet_v2", threads=2), judged("mobilenet_v2", precision="int8"), replace(one, round=2)]
    found = [(score["precision"], score["threads"], score["round"]) for score in scores(table)]
    assert sorted(found) == [("fp32", 1, 1), ("fp32", 1, 2), ("fp32", 2, 1), ("int8", 1, 1)]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (cell("resnet50", weights="seeded: speed only"), "resnet50 has no accuracy, its weights are seeded"),
        (cell("resnet50"), "resnet50 has no accuracy"),
        (replace(judged("resnet50"), why="it crashed"), "resnet50 on litert was not measured"),
        (judged("resnet50", p50_ns=Missing("needs 7 inferences, has 2")), "needs 7"),
    ],
)
def test_without_an_accuracy_of_each_there_is_no_score_never_one(other, says):
    (score,) = scores([judged("mobilenet_v2"), other])
    assert says in score["vips_by_inference"]["missing"] and score["vops"]["missing"]


def test_a_roof_is_of_the_products_with_as_many_threads():
    table = [cell("gemm_512", p50_ms=2.0), cell("mobilenet_v2", p50_ms=10.0), cell("gemm_512", p50_ms=1.0, threads=2)]
    one, two = roofline(table, {1: 40e9})
    assert one["roof"]["gflops"] == pytest.approx(2 * 512**3 / 2e-3 / 1e9) and one["roof"]["gbps"] == 40.0
    assert two["roof"]["gflops"] == pytest.approx(2 * one["roof"]["gflops"])
    assert set(two["roof"]["gbps"]) == {"missing"}
    card = zoo.shipped_card("mobilenet_v2")
    (point,) = (point for point in one["points"] if "mobilenet" in point["title"])
    assert point["flop_per_byte"] == pytest.approx(2 * card.macs / 4 / (card.parameters + 3 * 224**2 + 1000))
    assert point["share_of_roof"] == pytest.approx(point["gflops"] / one["roof"]["gflops"])


def test_without_a_product_there_are_points_and_no_roof():
    (top,) = roofline([cell()], {1: 40e9})
    assert "gemm_1024" not in top["roof"]["missing"] and "product" in top["roof"]["missing"]
    assert top["points"][0]["share_of_roof"] == top["roof"]


def test_what_computes_nothing_or_failed_is_no_point():
    assert roofline([cell(framework="null"), replace(cell(), why="it crashed")], {})[0]["points"] == []


def test_each_run_of_a_table_stands_below_the_roof_of_its_threads():
    table = [cell("gemm_512", p50_ms=2.0), cell("mobilenet_v2", p50_ms=10.0), cell("mobilenet_v2", threads=2)]
    product, model, apart = under_roofs(table, {1: 40e9})
    assert product.run.share_of_roof == 1.0
    assert model.entry["roofline"]["share_of_roof"] == pytest.approx(model.run.gflops / product.run.gflops)
    assert apart is table[2]
    ((precision, threads, best),) = best_products(table)
    assert (precision, threads, best.gflops) == ("fp32", 1, pytest.approx(product.run.gflops))


# ---- tables


MATRIX = Matrix("m", "Two", models=("mobilenet_v2", "tiny"), frameworks=("torch", "litert"), threads=(1,), count=9)


def measured(*frameworks, why=()):
    specs = tuple(RunSpec(place, "tiny", name) for place, name in enumerate(frameworks))
    runs = tuple(
        replace(cell("tiny", spec.framework).run, run=spec.id, title=f"[{spec.framework}|", mean_ns=1e7)
        for spec in specs
    )
    return Measured(Group(1, "tiny_r1", Plan(specs), why), "tiny_r1.edgetop", Snapshot(0, "ended", runs))


def test_rows_are_in_the_order_of_the_plan_whatever_the_order_of_turns():
    refused = ((RunSpec(0, "mobilenet_v2", "litert"), "it cannot"),)
    table = cells(MATRIX, [measured("litert", "torch", why=refused)])
    assert [(one.spec.model, one.spec.framework, one.why) for one in table] == [
        ("mobilenet_v2", "litert", "it cannot"),
        ("tiny", "torch", ""),
        ("tiny", "litert", ""),
    ]


def in_processes(*medians_ms, whys=("", "", "")):
    spec = RunSpec(0, "tiny", "torch")
    found = []
    for number, p50_ms in enumerate(medians_ms, 1):
        run = replace(cell("tiny", "torch", p50_ms=p50_ms).run, mean_ns=1e6 * number)
        run = replace(run, status="failed", message="it crashed") if whys[number - 1] else run
        group = Group(1, f"tiny_r1_p{number}", Plan((spec,)), process=number)
        found.append(Measured(group, f"p{number}.edgetop", Snapshot(0, "ended", (run,))))
    return found


def test_of_several_processes_the_middle_one_stands_for_all_with_its_own_figures():
    (one,) = cells(MATRIX, in_processes(9.0, 7.0, 8.0))
    assert (one.file, one.run.p50_ns, one.run.mean_ns) == ("p3.edgetop", 8e6, 3e6)
    assert one.processes == (9e6, 7e6, 8e6) and one.spread == pytest.approx(9 / 7 - 1)
    (two,) = cells(MATRIX, in_processes(9.0, 7.0))
    assert two.file == "p2.edgetop"
    (alone,) = cells(MATRIX, in_processes(9.0))
    assert isinstance(alone.spread, Missing)


def test_a_process_that_is_missing_is_waited_for_and_one_that_failed_is_told():
    done = in_processes(9.0, 7.0)
    waiting = Measured(replace(done[0].group, process=3))
    (one,) = cells(MATRIX, [*done, waiting])
    assert len(one.processes) == 2 and not one.why
    document = bench_result(MATRIX, [*done, waiting], [one], {})
    assert document["invalid_reasons"] == ["1 of 3 runs are not measured yet"] and not document["complete"]
    (failed,) = cells(MATRIX, in_processes(9.0, 7.0, 8.0, whys=("", "x", "")))
    assert failed.why == "it crashed"


def test_the_title_says_how_many_processes_and_the_table_their_spread(capsys):
    matrix = replace(MATRIX, processes=3)
    three = in_processes(9.0, 7.0, 8.0)
    table = cells(matrix, three)
    document = bench_result(matrix, three, table, {})
    print_bench(document, table)
    text = capsys.readouterr().out
    assert "3 processes" in text and "28.6 %" in text
    assert document["cells"][0]["processes"] == {"n": 3, "p50_s": [9e-3, 7e-3, 8e-3], "spread": pytest.approx(2 / 7)}


def test_names_are_text_in_every_table(capsys):
    one = [measured("litert", "torch")]
    table = cells(MATRIX, one)
    document = bench_result(MATRIX, one, table, {})
    print_bench(document, table)
    assert "[litert|" in capsys.readouterr().out
    assert r"\[litert\|" in to_markdown(document, table)
    assert len(to_csv(document, table).splitlines()) == 3


def test_outputs_that_differ_make_it_invalid():
    one = measured("litert", "torch")
    one = replace(one, snapshot=replace(one.snapshot, verdict="outputs DIFFER: torch by 0.5"))
    document = bench_result(MATRIX, [one], cells(MATRIX, [one]), {})
    assert document["invalid_reasons"] == ["tiny_r1: outputs DIFFER: torch by 0.5"] and not document["valid"]


def test_a_long_enough_run_is_a_valid_single_stream():
    one = replace(cell(p50_ms=10.0, mean_ns=1e7, p90_early_stop_ns=1.2e7), run=None)
    assert one.stream is None
    run = cell(mean_ns=1e7, p90_early_stop_ns=1.2e7, count=6001)
    assert run.stream.valid and run.stream.p90_ns == 1.2e7
    left_out = replace(run, run=replace(run.run, throttled=3, leaves_out_throttled=True))
    assert not left_out.stream.valid


def test_scores_are_told_below_the_table():
    table = [judged("mobilenet_v2", ci95_p50_ns=(9.9e6, 1.01e7))]
    document = {"plan": {"rounds": 1}, "invalid_reasons": [], "scores": scores(table), "roofline": []}
    (_, own, told) = notes(document, table)
    assert own.startswith("AIoTBench's scores (fp32, 1 thread), from file to label: none, since")
    assert told.startswith("AIoTBench's scores (fp32, 1 thread), by inference alone: VIPS 70.00/s ±3 %, VOPS 21.00 G/s")
