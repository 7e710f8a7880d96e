"""The table of LiteRT's operators: by its real profiler, and what is made of its events."""

from __future__ import annotations

import signal
import stat
import sys

import numpy as np
import pytest

from edgetop.backends import litert_profiler, trials
from edgetop.backends.base import Options
from edgetop.backends.litert_check import mistrust
from edgetop.backends.litert_operators import kernel_nodes, node_names, operator_profile
from edgetop.backends.litert_profiler import DELEGATED, OPERATOR, SPAN, Event, ProfilerFailed, Recording
from edgetop.backends.registry import backend
from edgetop.networks import quantize, writers
from edgetop.plan import ModelFile

TINY = [
    ("stem", "CONV_2D"),
    ("depthwise", "DEPTHWISE_CONV_2D"),
    ("project", "CONV_2D"),
    ("shortcut", "ADD"),
    ("pooled", "MAX_POOL_2D"),
    ("strided", "PAD"),
    ("strided", "CONV_2D"),
    ("joined", "CONCATENATION"),
    ("gap", "MEAN"),
    ("classifier", "FULLY_CONNECTED"),
    ("softmax", "SOFTMAX"),
]
"""Of the tiny network as a TFLite file: the neutral node that each operator is of, and its type."""


@pytest.fixture
def profile(model_file):
    """Times the operators of the tiny network, or of another file."""

    def run(variant, path="", rounds=6, **options):
        file = ModelFile((path,), "tflite", "own") if path else model_file("litert")
        model = backend("litert").load(file, Options(variant=variant, **options))
        told = model.operators(rounds)
        assert told, told
        return told

    return run


def test_the_built_in_kernels_have_the_neutral_names_and_their_begins(profile):
    told = profile("builtin")
    found = [(o.name, o.type) for o in told.operators]
    assert found == [row for row in TINY if row in found]
    assert ("stem", "CONV_2D") in found  # the fastest may never take a microsecond
    begins = [o.start_ns for o in told.operators]
    assert begins == sorted(begins)
    assert begins[0] > 0 and begins[-1] < max(told.durations_ns)


def test_xnnpacks_kernels_have_the_neutral_names_too_but_no_begins(profile):
    told = profile("xnnpack")
    by_name = {o.name: o for o in told.operators}
    assert by_name["stem"].type == "Convolution (NHWC, F32) IGEMM"
    assert by_name["depthwise"].type == "Convolution (NHWC, F32) DWConv"
    assert all(o.start_ns is None for o in told.operators)


@pytest.mark.parametrize("variant", ["xnnpack", "builtin"])
def test_operators_are_within_their_inferences(profile, variant):
    told = profile(variant)
    assert len(told.durations_ns) == 6
    assert 0 < sum(o.mean_ns for o in told.operators) < np.mean(told.durations_ns)


@pytest.mark.parametrize("variant", ["xnnpack", "builtin"])
def test_a_model_in_int8_has_the_same_names(profile, graph, variant, tmp_path):
    pictures = np.random.default_rng(1).standard_normal((4, 3, 32, 32)).astype(np.float32)
    path = tmp_path / "tiny.tflite"
    path.write_bytes(writers.write(quantize.quantize(graph("tiny"), pictures), "tflite", "int8")[0])
    names = {o.name for o in profile(variant, str(path)).operators}
    assert {"stem", "depthwise"} <= names <= {name for name, _ in TINY} | {"Convert #1", "Static Reshape #1"}


def test_two_runs_of_one_process_are_both_told(profile):
    assert [len(profile("builtin", threads=threads).durations_ns) for threads in (1, 2)] == [6, 6]


# ---- is the profiler to be trusted?


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Lets a shell script stand for the child that tries the profiler; nothing is remembered of before."""

    def stand(script):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setattr(sys, "executable", str(path))
        return path

    return stand


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("kill -SEGV $$", "crashed (SIGSEGV)"),
        (f"kill -{signal.SIGRTMIN + 3} $$", "crashed (SIGRTMIN+3)"),
        ("echo 'its C library has no LiteRtX' >&2; exit 1", "failed: its C library has no LiteRtX"),
        ("sleep 30", "hung"),
    ],
)
def test_a_profiler_that_fails_its_trial_is_not_used(child, monkeypatch, script, said):
    monkeypatch.setattr(trials, "TIMEOUT_S", 0.3)
    child(script)
    refused = mistrust()
    assert said in refused.reason and refused.hint


def test_a_trial_that_was_passed_is_remembered(child):
    path = child("exit 0")
    assert mistrust() is None
    path.unlink()
    assert mistrust() is None


def test_a_trial_that_was_failed_is_not(child):
    child("exit 1")
    assert mistrust() is not None
    child("exit 0")
    assert mistrust() is None


@pytest.mark.parametrize(
    "events",
    [
        [Event("Invoke", SPAN, 1, 10, 0), Event("ADD", OPERATOR, 2, 11, 0)],
        [Event("Invoke", SPAN, 1, 10, 0)],
        [Event("ADD", OPERATOR, 2, 11, 0)],
        [Event("Invoke", SPAN, 1, 10, 0), Event("Invoke", SPAN, 1, 10, 0), Event("ADD", OPERATOR, 2, 1, 0)],
    ],
)
def test_events_that_cannot_be_an_inferences_are_refused(events):
    with pytest.raises(ProfilerFailed, match="cannot be right"):
        litert_profiler.check(events)


def test_a_tag_that_is_no_text_is_refused():
    with pytest.raises(ProfilerFailed, match="cannot be read"):
        litert_profiler._told(litert_profiler._Event(tag=b"\xff\xfe"))


# ---- whose kernel is it?


def operator(index, name, inputs=(), outputs=()):
    return {"index": index, "op_name": name, "inputs": np.array(inputs), "outputs": np.array(outputs)}


def chain(*codes):
    """Operators one after another, all of them XNNPACK's."""
    own = [operator(i, code, [i], [i + 1]) for i, code in enumerate(codes)]
    return [*own, operator(len(codes), "DELEGATE", [0], [len(codes)])]


CONV, DEPTHWISE, DENSE = "Convolution (NHWC, F32) IGEMM", "Convolution (NHWC, F32) DWConv", "Fully Connected (NC, F32)"


@pytest.mark.parametrize(
    ("kernels", "codes", "nodes"),
    [
        ([CONV, DEPTHWISE, DENSE], ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"], [0, 1, 2]),
        ([CONV, "Add (ND)"], ["PAD", "CONV_2D", "ADD"], [1, 2]),  # the PAD is part of the convolution
        ([CONV, CONV], ["CONV_2D", "CONV_2D", "CONV_2D"], [None, None]),  # one is hidden: which?
        ([CONV, DEPTHWISE], ["DEPTHWISE_CONV_2D", "CONV_2D"], [None, None]),
        ([DENSE, DEPTHWISE], ["DEPTHWISE_CONV_2D", "CONV_2D"], [None, None]),
        ([CONV, "Add (ND)", "Clamp (NC)"], ["CONV_2D", "ADD"], [0, 1, 1]),
        ([CONV, "Clamp (NC)"], ["CONV_2D", "RELU"], [0, 1]),
        (["Add (ND)", "Clamp (NC)"], ["ADD", "RELU", "RELU"], [0, None]),
        (["Unheard Of (NC)"], ["ADD"], [None]),
    ],
)
def test_a_kernel_is_a_nodes_where_that_is_sure(kernels, codes, nodes):
    assert kernel_nodes(kernels, chain(*codes)) == nodes


def test_only_nodes_that_xnnpack_took_are_its_kernels():
    operators = [operator(0, "ADD", [0], [1]), operator(1, "ADD", [1], [2]), operator(2, "DELEGATE", [1], [2])]
    assert kernel_nodes(["Add (ND)"], operators) == [1]


def test_an_operator_is_called_as_what_it_gives_unless_edgetop_wrote_it_for_another():
    operators = [operator(i, "PAD", [], [i]) for i in range(3)]
    assert node_names(operators, {0: "stem_pad", 1: "stem", 2: "their_pad"}) == {0: "stem", 1: "stem", 2: "their_pad"}


def test_what_is_nobodys_is_numbered_and_what_takes_no_time_left_out():
    def inference(copy_us):
        return (
            Event("LiteRT::Run[buffer registration]", SPAN, 100, 5, 0),
            Event("Invoke", SPAN, 106, 50, 0),
            Event("Copy (NC, X32)", DELEGATED, 0, copy_us, 0),
            Event("Copy (NC, X32)", DELEGATED, 0, 4, 1),
            Event("Softmax (NC, F32)", DELEGATED, 0, 0, 2),
            Event("RESIZE", OPERATOR, 130, 10, 1),
            Event("Invoke", 32, 0, 1 << 32, 0),
        )

    tensors = [{"index": 1, "name": "softmax"}, {"index": 2, "name": "bigger"}]
    recording = Recording((inference(1), inference(3)), (60_000, 62_000))
    told = operator_profile(recording, chain("SOFTMAX", "RESIZE"), tensors)
    assert [(o.name, o.mean_ns, o.start_ns) for o in told.operators] == [
        ("Copy #1", 2000.0, None),
        ("Copy #2", 4000.0, None),
        ("bigger", 10_000.0, 30_000.0),
    ]
    assert told.durations_ns == (60_000, 62_000)
