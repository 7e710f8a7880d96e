"""ExecuTorch in an interpreter that has it, through the very worker and writer that a run uses."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from edgetop.backends.availability import availability
from edgetop.backends.base import Options
from edgetop.backends.executorch_names import names
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile, RunFailed
from edgetop.isolate import environment
from edgetop.measure.outputs import unpack
from edgetop.measure.runner import Runner
from edgetop.networks.files import model_file
from edgetop.plan import ModelFile, RunSpec

PYTHON = "EDGETOP_TEST_EXECUTORCH_PYTHON"
FORMATS = {"xnnpack": "pte", "portable": "pte_portable"}


@pytest.fixture(scope="module")
def python():
    """The interpreter that has ExecuTorch; the tests' own when empty."""
    if find_spec("executorch"):
        return ""
    named = os.environ.get(PYTHON, "")
    if not named:
        pytest.skip(f"executorch is not installed, and {PYTHON} names no interpreter that has it")
    return named


@pytest.fixture(scope="module")
def program(python, tmp_path_factory):
    """Writes the tiny network for a variant, by ExecuTorch, once: it takes half a minute."""
    cache = tmp_path_factory.mktemp("cache")

    def write(variant):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(cache))
            return model_file("tiny", FORMATS[variant], python=python)

    return write


@pytest.fixture
def ask(python):
    """Asks a worker of one variant in that interpreter, and ends it after the test."""
    runners = []

    def start(variant, threads=1):
        runner = Runner(RunSpec(0, "tiny", "executorch", threads=threads, python=python, variant=variant))
        runners.append(runner)
        return lambda do, **told: runner.ask({"do": do, **told}, lambda: False)

    yield start
    for runner in runners:
        runner.close()


def told(model, variant, threads=1):
    options = {"threads": threads, "precision": "fp32", "variant": variant, "delegate": "", "delegate_options": []}
    file = {**vars(model), "paths": list(model.paths), "input_shape": list(model.input_shape)}
    return {"framework": "executorch", "model": file, "options": options}


def test_it_is_proven_by_a_program_that_ships(python, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    version = availability("executorch", python, timeout_s=120).version
    assert isinstance(version, str) and version[0].isdigit()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("variant", FORMATS)
def test_a_variant_agrees_with_the_reference(variant, threads, program, ask, expected, tmp_path):
    picture, (right,) = expected("tiny")
    np.save(tmp_path / "picture.npy", picture)
    asked = ask(variant, threads)
    loaded = asked("load", **told(program(variant), variant, threads))
    assert (loaded["inputs"][0]["shape"], loaded["inputs"][0]["layout"]) == ([1, 3, 32, 32], "NCHW")
    asked("inputs", path=str(tmp_path / "picture.npy"))
    (output,) = unpack(asked("warm"))
    assert np.abs(output - right).max() <= 1e-5


@pytest.mark.parametrize(
    ("variant", "kind"), [("xnnpack", "Convolution (NHWC, F32) IGEMM"), ("portable", "convolution")]
)
def test_operators_are_told_by_its_own_record(variant, kind, program, ask, graph):
    asked = ask(variant)
    asked("load", **told(program(variant), variant))
    asked("inputs")
    answers = [asked("operators", rounds=200) for _ in range(3)]
    answer = answers[0]
    rows = answer["operators"]
    types = {name: type for name, type, *_ in rows}
    nodes = {node.name for node in graph("tiny").nodes}
    assert kind in types["stem"] and "depthwise" in types  # others may take less than a microsecond
    assert {name for name in types if "#" not in name} <= nodes
    assert answer["rounds"] == 200
    covered = [sum(mean_ns for _, _, mean_ns, _, _ in each["operators"]) / each["mean_ns"] for each in answers]
    assert 0.2 < max(covered) < 1  # of one that was disturbed, less
    starts = [start_ns for *_, start_ns in rows]
    assert starts == sorted(starts) and all(mean_ns > 0 for _, _, mean_ns, _, _ in rows)


NODES = [("conv2d", "a"), ("relu6", "a"), ("mul", "b"), ("conv2d", "c"), ("sigmoid", "d"), ("mul", "d"), ("add", "e")]


def test_kernels_of_a_kind_are_the_operators_that_become_it_in_their_order():
    kernels = [
        "Convolution (NHWC, F32) IGEMM",
        "Multiply (ND)",
        "Fully Connected (NC, F32) GEMM",
        "Sigmoid",
        "Multiply (ND)",
    ]
    assert names(kernels, NODES) == ["a", "b", "c", "d", "d"]


def test_kernels_that_are_too_many_or_few_have_no_names():
    assert names(["add", "add", "mul", "convolution"], NODES) == ["", "", "", ""]
    assert names(["add", "view_copy"], []) == ["", ""]


@pytest.mark.parametrize("damage", ["cut", "noise", "marked noise", "flipped"])
def test_a_damaged_file_is_refused_or_the_death_of_its_worker_told(damage, program, ask, tmp_path):
    with open(program("xnnpack").paths[0], "rb") as file:
        data = file.read()
    rng = np.random.default_rng(5)
    mask = np.zeros(len(data), np.uint8)
    mask[rng.integers(0, len(data), 40)] = 1
    damaged = {
        "cut": data[: len(data) // 2],
        "noise": rng.bytes(len(data)),
        "marked noise": data[:8] + rng.bytes(len(data)),
        "flipped": (np.frombuffer(data, np.uint8) ^ mask).tobytes(),
    }
    path = tmp_path / "damaged.pte"
    path.write_bytes(damaged[damage])
    asked = ask("xnnpack")
    try:
        asked("load", **told(ModelFile((str(path),), "pte", "own"), "xnnpack"))
        asked("inputs")
        asked("warm")
    except RunFailed as error:
        assert error.title and error.hint
        return
    assert damage == "flipped"  # weights with flipped bits are still weights


def test_a_file_without_its_mark_is_refused_before_native_code(monkeypatch, tmp_path):
    path = tmp_path / "net.pte"
    path.write_bytes(b"\x3c\0\0\0TFL3" + bytes(100))
    monkeypatch.setattr("edgetop.backends.executorch._module", lambda: sys)
    with pytest.raises(BadModelFile, match="not an ExecuTorch program"):
        backend("executorch").load(ModelFile((str(path),), "pte", "own"), Options())


def test_a_worker_of_it_imports_nothing_of_ours(python):
    script = "import edgetop.backends.executorch, sys; print(*{'psutil', 'textual', 'flatbuffers'} & set(sys.modules))"
    interpreter = python or sys.executable
    said = subprocess.run([interpreter, "-c", script], env=environment(python), capture_output=True, text=True)
    assert (said.returncode, said.stdout.strip()) == (0, ""), said.stderr
