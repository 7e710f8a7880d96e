"""What is TVM's own: the time to compile is told, libraries compiled before are taken, its functions are timed."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.networks.own import own_file
from edgetop.plan import ModelFile


@pytest.fixture(autouse=True)
def here(need):
    need("tvm")


@pytest.fixture(scope="session")
def library(tmp_path_factory, model_file, need):
    """The tiny network, compiled and exported."""
    need("tvm")
    import onnx
    import tvm

    from edgetop.backends.tvm_compile import compiled

    path = tmp_path_factory.mktemp("library") / "tiny.so"
    compiled(tvm, onnx, model_file("tvm"))[0].export_library(str(path))
    return str(path)


def test_the_time_to_compile_is_told(load):
    assert re.fullmatch(r"compiled in \d+\.\d s for llvm, untuned", load("tvm").note)


def test_a_library_compiled_before_gives_the_same(library, expected):
    picture, (right,) = expected("tiny")
    file = own_file(library)
    assert (file.format, file.input_shape) == ("tvm", ())
    model = backend("tvm").load(ModelFile((library,), "tvm", "own", input_shape=picture.shape), Options())
    model.set_inputs([picture])
    model.infer()
    assert np.abs(model.read_outputs()[0] - right).max() < 1e-5
    assert (model.note, model.inputs[0].layout) == ("", "NCHW")
    model.close()


def test_a_library_whose_input_nobody_knows_is_refused(library):
    with pytest.raises(BadModelFile, match="shape") as refusal:
        backend("tvm").load(ModelFile((library,), "tvm", "own"), Options())
    assert "--input-shape" in refusal.value.hint


def test_an_input_shape_that_does_not_fit_is_refused(library):
    with pytest.raises(BadModelFile, match=r"TVM cannot load .*tiny\.so"):
        backend("tvm").load(ModelFile((library,), "tvm", "own", input_shape=(1, 3, 31, 32)), Options())


@pytest.mark.parametrize("content", [b"\x7fELF" + b"x" * 200, b"no library at all"])
def test_what_is_no_library_is_refused(content, tmp_path):
    path = tmp_path / "odd.so"
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match=r"odd\.so"):
        backend("tvm").load(ModelFile((str(path),), "tvm", "own", input_shape=(1, 3, 32, 32)), Options())


def test_another_library_is_refused(tmp_path):
    found = [find_spec(name).origin for name in ("_csv", "_heapq", "_json", "_lsprof")]
    libraries = [origin for origin in found if origin.endswith(".so")]
    if not libraries:
        pytest.skip("this Python has no extension in a file of its own")
    path = shutil.copy(libraries[0], tmp_path / "other.so")
    with pytest.raises(BadModelFile, match="vm_load_executable"):
        backend("tvm").load(ModelFile((str(path),), "tvm", "own", input_shape=(1, 3, 32, 32)), Options())


def test_its_functions_are_timed_within_the_whole(load):
    profile = load("tvm").operators(4)
    kinds = {o.type for o in profile.operators}
    assert {"conv2d", "softmax", "virtual machine"} <= kinds
    assert sum(o.mean_ns for o in profile.operators) <= sum(profile.durations_ns) / 4
    named = {o.name: o for o in profile.operators}
    assert named["vm.builtin.alloc_tensor"].calls > 3
    assert all(o.start_ns > 0 for o in profile.operators)
