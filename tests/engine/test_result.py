"""The result is plain JSON in seconds; what is missing says why; what is wrong makes it invalid."""

import json
from dataclasses import replace

import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.result import SCHEMA, result
from edgetop.networks import zoo
from edgetop.protocol import Operators
from edgetop.samples import Batch, Event


def made(description, *batches, operators=()):
    aggregate = Aggregate(description)
    for batch in batches:
        aggregate.add(batch)
    return json.loads(
        json.dumps(result(aggregate.snapshot(final=True), {"cores": 4}, dict(operators)), allow_nan=False)
    )


def test_a_sound_session_gives_figures_in_seconds(description, recording):
    told = made(description, recording)
    assert told["schema"] == SCHEMA
    assert told["machine"] == {"cores": 4}
    assert told["valid"] and told["invalid_reasons"] == []
    first = told["results"][0]
    assert 0.0049 < first["latency_s"]["p50"] < 0.0052
    low, high = first["latency_s"]["ci95_p50"]
    assert low <= first["latency_s"]["p50"] <= high or abs(low - first["latency_s"]["p50"]) < 1e-4
    assert first["outputs"]["top5"][0] == ["tabby", 0.5]
    assert first["framework_version"] == "2.3.0"


def test_the_choices_of_a_run_are_told(description, recording):
    first, second = description.plan.runs
    chosen = replace(
        first, threads=2, variant="builtin", delegate="libarmnnDelegate.so", delegate_options=("backends=CpuAcc",)
    )
    told, other = made(replace(description, plan=replace(description.plan, runs=(chosen, second))), recording)[
        "results"
    ]
    assert {key: told[key] for key in ("threads", "variant", "delegate", "delegate_options")} == {
        "threads": 2,
        "variant": "builtin",
        "delegate": "libarmnnDelegate.so",
        "delegate_options": ["backends=CpuAcc"],
    }
    assert other["delegate_options"] == []


def test_operations_a_second_are_twice_the_multiply_accumulates_of_a_known_model(description, recording):
    first = made(description, recording)["results"][0]
    macs = zoo.shipped_card(first["model"]).macs
    assert first["gflops"] == pytest.approx(2 * macs / first["latency_s"]["p50"] / 1e9)
    (run,) = (run for run in description.plan.runs if run.id == 0)
    own = replace(description, plan=replace(description.plan, runs=(replace(run, model="./own.tflite"),)))
    assert "missing" in made(own, *in_first_run(recording))["results"][0]["gflops"]


def in_first_run(batch):
    """The batch without what concerns other runs."""
    samples = {run: part for run, part in batch.samples.items() if run == 0}
    yield replace(batch, samples=samples, events=tuple(e for e in batch.events if e.run in (None, 0)))


def test_the_early_stopping_estimate_is_no_less_than_the_90th_percentile(description, recording):
    latency = made(description, recording)["results"][0]["latency_s"]
    assert latency["n"] >= 64
    assert latency["p90"] <= latency["p90_early_stop"] <= latency["max"]


def test_what_is_missing_says_why_in_its_place(description, recording):
    latency = made(description, recording)["results"][0]["latency_s"]
    assert latency["p99"] == {"missing": f"needs 459 inferences, has {latency['n']}"} or latency["n"] >= 459
    nothing = made(description)["results"][0]
    assert "missing" in nothing["power_w"] and "missing" in nothing["latency_s"]["p50"]
    assert nothing["energy"]["inferences_per_j"] == nothing["energy"]["gross_j"] == nothing["power_w"]


def test_energy_says_of_whose_watts_it_is(description, recording):
    told = made(description, recording)
    assert told["power"]["channel"] == "power.board.w" and told["power"]["source"]
    for run in told["results"]:
        assert {run["energy"][key] == told["power"][key] for key in ("source", "covers")} == {True}


def test_a_failed_run_makes_the_session_invalid(description, recording):
    failed = Event(recording.until_ns, "run", {"status": "failed", "message": "The worker died"}, 1)
    told = made(description, recording, Batch(recording.until_ns, events=(failed,)))
    assert not told["valid"]
    assert told["invalid_reasons"] == ["Caffe (OpenCV): The worker died"]


def test_outputs_that_differ_make_it_invalid(description, recording):
    apart = Event(recording.until_ns, "outputs", {"difference": 0.5, "agrees_with": 0}, 1)
    assert not made(description, recording, Batch(recording.until_ns, events=(apart,)))["valid"]


def test_operators_are_told_in_seconds_and_what_a_framework_does_not_tell_is_missing(description, recording):
    rows = (("stem", "Conv", 1e6, 1, 5e5), ("fc", "Gemm", 3e6, 2, None))
    timed = Operators(0, rows, 20, plain_p50_ns=4e6, p50_ns=5e6, mean_ns=5e6)
    first, second = (run["operators"] for run in made(description, recording, operators={0: timed}.items())["results"])
    assert first["rows"] == [
        {
            "name": "fc",
            "type": "Gemm",
            "mean_s": 3e6 * 1e-9,
            "share": 0.75,
            "cumulative_share": 0.75,
            "calls": 2,
            "start_s": {"missing": "the framework does not tell when it begins"},
        },
        {**first["rows"][1], "name": "stem", "start_s": 5e5 * 1e-9, "cumulative_share": 1.0},
    ]
    assert (first["rounds"], first["coverage"]) == (20, 0.8)
    assert (first["p50_s"], first["plain_p50_s"]) == (5e6 * 1e-9, 4e6 * 1e-9)
    assert second == {"missing": "its operators were not timed"}
