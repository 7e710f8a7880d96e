"""A run stands below the best product with its precision and threads: one that was kept, or one of its session."""

from dataclasses import replace

import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.result import result
from edgetop.networks import zoo
from edgetop.plan import RunSpec
from edgetop.samples import Batch, Event

KEPT = {"of": "OpenVINO gemm_1024", "gflops": 900.0, "intensity": 170.0, "gbps": 10.0}


def ended(description, recording, *events, runs=None):
    plan = replace(description.plan, runs=runs or description.plan.runs)
    aggregate = Aggregate(replace(description, plan=plan))
    aggregate.add(Batch(description.t0_mono_ns, events=events))
    aggregate.add(recording)
    return aggregate.snapshot(final=True)


def test_without_a_product_it_says_how_to_get_one(description, recording):
    (told, _) = result(ended(description, recording), {}, {})["results"]
    card = zoo.shipped_card("efficientnet_lite0")
    line = told["roofline"]
    moved = 4 * (card.parameters + 3 * 224 * 224 + 1000)
    assert line["intensity"] == pytest.approx(2 * card.macs / moved)
    assert line["gflops"] == told["gflops"]
    assert "edgetop bench gemm" in line["share_of_roof"]["missing"] and "fp32" in line["roof_gflops"]["missing"]


def test_a_roof_that_was_kept_is_above_the_run_it_was_told_of(description, recording):
    snapshot = ended(description, recording, Event(description.t0_mono_ns, "roof", KEPT, 0))
    line = result(snapshot, {}, {})["results"][0]["roofline"]
    assert line["roof_gflops"] == pytest.approx(min(900.0, 10.0 * line["intensity"]))
    assert line["share_of_roof"] == pytest.approx(line["gflops"] / line["roof_gflops"])
    assert (line["peak_of"], line["gbps"]) == ("OpenVINO gemm_1024", 10.0)


def test_a_better_product_of_the_session_is_the_roof_of_its_own_threads_alone(description, recording):
    one, other = description.plan.runs
    product = replace(other, model="gemm_1024")
    apart = replace(product, threads=one.threads + 1)
    slow = {**KEPT, "gflops": 1.0, "intensity": 100.0}
    told = [Event(description.t0_mono_ns, "roof", slow, 0)]
    (first, second) = ended(description, recording, *told, runs=(one, product)).runs
    assert first.roof_gflops == second.gflops and first.roof_of.endswith("gemm_1024")
    assert second.share_of_roof == 1.0
    (first, _) = ended(description, recording, *told, runs=(one, apart)).runs
    assert first.roof_gflops == first.gflops and "lifted" in first.roof_notes[0]


def test_what_computes_nothing_has_no_place_below_a_roof(description, recording):
    runs = (RunSpec(0, "efficientnet_lite0", "null"), description.plan.runs[1])
    (told, _) = result(ended(description, recording, runs=runs), {}, {})["results"]
    assert told["roofline"] == {"missing": "what it computes is not counted"}
