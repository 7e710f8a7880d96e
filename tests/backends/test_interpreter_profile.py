"""Operators of TFLite models, timed by watching an Interpreter: either runtime, all kernels, with a delegate."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edgetop.backends import interpreter, interpreter_profile, trials
from edgetop.backends.base import Options
from edgetop.backends.interpreter_watch import Watch
from edgetop.backends.registry import backend
from edgetop.readings import Missing

NODES = {
    *("stem", "depthwise", "project", "shortcut", "pooled", "strided"),
    *("joined", "gap", "classifier", "softmax"),
}
"""Of the tiny network that edgetop wrote."""


@pytest.fixture(params=["litert", "tflite"])
def runtime(request, need):
    need(request.param)
    return request.param


@pytest.fixture
def told(runtime, model_file):
    """The table of the tiny network's operators, watched."""

    def time(variant, rounds=6, **options):
        framework = backend(runtime)
        model = framework.load(model_file(runtime), Options(variant=variant, **options))
        # LiteRT's own profiler is not asked, though it could tell.
        return interpreter.InterpreterBackend.profile(
            framework, model_file(runtime).paths[0], Options(variant=variant, **options), model._interpreter, rounds
        )

    return time


@pytest.mark.parametrize("variant", ["xnnpack", "builtin", "reference"])
def test_operators_have_the_neutral_names_and_are_within_their_inferences(told, variant):
    table = told(variant)
    assert {"stem", "depthwise"} <= {o.name for o in table.operators} & NODES
    assert len(table.durations_ns) == 6
    assert 0 < sum(o.mean_ns for o in table.operators) < np.mean(table.durations_ns)


@pytest.mark.parametrize("variant", ["builtin", "reference"])
def test_the_runtimes_own_kernels_tell_when_they_begin(told, variant):
    table = told(variant)
    begins = [o.start_ns for o in table.operators]
    assert begins == sorted(begins) and begins[0] >= 0 and begins[-1] < max(table.durations_ns)
    assert ("depthwise", "DEPTHWISE_CONV_2D") in [(o.name, o.type) for o in table.operators]


def test_xnnpack_tells_its_kernels(told):
    kinds = {o.name: o.type for o in told("xnnpack").operators}
    assert kinds["depthwise"].startswith("Convolution (NHWC, F32) DWConv")
    assert all("operator" not in kind for kind in kinds.values())


@pytest.mark.parametrize("variant", ["", "builtin"])
def test_what_a_delegate_took_is_one_row(told, delegate, variant):
    table = told(variant, delegate=delegate())
    last = table.operators[-1]
    assert (last.name, last.type) == ("libsoftmax.so #1", "libsoftmax.so (1 operator)")
    assert last.start_ns > 0
    assert "softmax" not in [o.name for o in table.operators]
    assert {"stem", "depthwise"} <= {o.name for o in table.operators}


def test_a_delegate_that_takes_nothing_has_no_row(told, delegate):
    assert "softmax" in [
        o.name for o in told("builtin", rounds=20, delegate=delegate(), delegate_options=("take=none",)).operators
    ]


def test_the_whole_way_through_a_backend(runtime, model_file, delegate):
    model = backend(runtime).load(model_file(runtime), Options(delegate=delegate()))
    assert "libsoftmax.so #1" in [o.name for o in model.operators(2).operators]


def test_a_watched_interpreter_gives_the_same_and_is_left_as_it_was(runtime, model_file):
    module = backend(runtime).module()
    watch, results = Watch(), []
    for delegates in ([], [watch]):
        made = module.Interpreter(model_file(runtime).paths[0], experimental_delegates=delegates)
        made.allocate_tensors()
        picture = np.random.default_rng(1).standard_normal(made.get_input_details()[0]["shape"])
        made.set_tensor(made.get_input_details()[0]["index"], picture.astype(np.float32))
        if delegates:
            watch.begin({each["index"]: each["op_name"] for each in made._get_ops_details()})
        made.invoke()
        results.append(made.get_tensor(made.get_output_details()[0]["index"]))
    assert watch.events and np.array_equal(*results)
    watch.end()
    watch.events.clear()
    made.invoke()
    assert not watch.events


# ---- where it cannot be told


def test_the_trial_is_passed_here(runtime):
    command = [sys.executable, "-m", "edgetop.backends.interpreter_check", backend(runtime).module().__name__]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_runtime_that_fails_its_trial_is_not_watched(told, monkeypatch):
    monkeypatch.setattr(trials, "recall", lambda *_: {})
    monkeypatch.setattr(
        trials.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, -11, b"", b"")
    )
    table = told("builtin")
    assert isinstance(table, Missing) and "crashed (SIGSEGV)" in table.reason and table.hint


def test_operators_of_another_make_are_not_read(told, monkeypatch):
    monkeypatch.setattr(Watch, "delegated", lambda _: {0: False})
    table = told("builtin")
    assert isinstance(table, Missing) and "of another make" in table.reason


def test_a_delegate_that_does_not_start_twice_is_told(runtime, model_file, delegate, monkeypatch):
    from edgetop.errors import FrameworkMissing

    model = backend(runtime).load(model_file(runtime), Options(delegate=delegate()))

    def busy(*_):
        raise FrameworkMissing("the delegate did not start: it is busy", "Wait")

    monkeypatch.setattr(interpreter, "load_delegate", busy)
    table = model.operators(2)
    assert isinstance(table, Missing) and "it is busy" in table.reason and table.hint == "Wait"


def test_a_part_is_called_by_its_delegate_and_by_how_much_it_is():
    def operator(index, name, enters, leaves):
        return {"index": index, "op_name": name, "inputs": np.array([enters]), "outputs": np.array([leaves])}

    operators = [
        operator(0, "ADD", 0, 1),
        operator(1, "MUL", 1, 2),
        operator(2, "TANH", 2, 3),
        operator(3, "DELEGATE", 0, 2),
    ]
    named = interpreter_profile.types(operators, {3: "libfoo.so"})
    assert named == {0: "ADD", 1: "MUL", 2: "TANH", 3: "libfoo.so (2 operators)"}
