"""What is ONNX Runtime's own: open shapes, types, its exceptions in words, times of nodes."""

from __future__ import annotations

import os

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.onnx_runtime import _operator_times
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.networks.writers import onnx_messages
from edgetop.networks.writers.onnx_messages import GRAPH_INPUT, GRAPH_OUTPUT
from edgetop.networks.writers.protobuf import integer, message, string
from edgetop.plan import ModelFile

FLOAT, UINT8, STRING = 1, 2, 8


def tensor(field, name, sizes, element=FLOAT):
    """An input or output; a size may be a name, and is then open."""
    dims = [message(1, string(2, size) if isinstance(size, str) else integer(1, size)) for size in sizes]
    kind = message(1, integer(1, element), message(2, *dims))
    return message(field, string(1, name), message(2, kind))


@pytest.fixture
def one_operator(tmp_path, need):
    """A model file of one operator on one input."""
    need("onnxruntime")

    def make(kind, sizes, element=FLOAT, input_shape=()):
        path = tmp_path / "own.onnx"
        node = onnx_messages.operator(kind, "node", ("x",), ("y",), {})
        ends = tensor(GRAPH_INPUT, "x", sizes, element), tensor(GRAPH_OUTPUT, "y", sizes, element)
        path.write_bytes(onnx_messages.model("own", (node, *ends)))
        return ModelFile((str(path),), "onnx", "own", input_shape=input_shape)

    return make


@pytest.mark.parametrize(
    ("sizes", "layout"),
    [((1, 3, 4, 5), "NCHW"), ((1, 4, 5, 3), "NHWC"), ((1, 8, 4, 5), ""), ((1, 7), "")],
)
def test_the_layout_is_told_by_the_channels(sizes, layout, one_operator):
    (spec,) = backend("onnxruntime").load(one_operator("Relu", sizes), Options()).inputs
    assert (spec.name, spec.shape, spec.dtype, spec.layout) == ("x", sizes, "float32", layout)


def test_an_open_batch_is_one(one_operator):
    model = backend("onnxruntime").load(one_operator("Relu", ("batch", 3, 4, 5)), Options())
    assert (model.inputs[0].shape, model.outputs[0].shape) == ((1, 3, 4, 5), (1, 3, 4, 5))
    model.infer()
    assert model.read_outputs()[0].shape == (1, 3, 4, 5)


def test_another_open_size_is_refused_unless_the_shape_is_told(one_operator):
    with pytest.raises(BadModelFile, match="'height'") as refusal:
        backend("onnxruntime").load(one_operator("Relu", (1, 3, "height", "width")), Options())
    assert "dynamic_axes" in refusal.value.hint
    told = one_operator("Relu", (1, 3, "height", "width"), input_shape=(1, 3, 6, 7))
    assert backend("onnxruntime").load(told, Options()).inputs[0].shape == (1, 3, 6, 7)


def test_other_types_than_float_are_taken_as_they_are(one_operator):
    model = backend("onnxruntime").load(one_operator("Identity", (1, 4), UINT8), Options())
    model.set_inputs([np.array([[1, 2, 3, 255]], np.uint8)])
    model.infer()
    assert model.read_outputs()[0].tolist() == [[1, 2, 3, 255]]


def test_words_are_no_input(one_operator):
    with pytest.raises(BadModelFile, match="tensor\\(string\\)"):
        backend("onnxruntime").load(one_operator("Identity", (1, 4), STRING), Options())


def test_an_operator_that_is_not_there_is_named_without_a_prelude(one_operator):
    with pytest.raises(BadModelFile, match="Hardsoft") as refusal:
        backend("onnxruntime").load(one_operator("Hardsoft", (1, 4)), Options())
    assert "ONNXRuntimeError" not in refusal.value.title


def event(name, kind, duration_us, at_us):
    shared = {"cat": "Node", "dur": duration_us, "ts": at_us, "args": {"op_name": kind}}
    return {**shared, "name": f"{name}_kernel_time"}


def one_run(at_us, us):
    """The events of one inference, the node first, as they are ended."""
    nodes = [event("a", "Conv", us, at_us + 3), event("", "Add", 1, at_us + 500), event("never", "Cast", 0, at_us + 9)]
    return [*nodes, {"cat": "Session", "name": "model_run", "ts": at_us, "dur": 900}]


def test_the_first_round_is_left_out_of_a_nodes_mean():
    events = [each for at_us, us in ((0, 100), (1000, 2), (2000, 4)) for each in one_run(at_us, us)]
    times = [(o.name, o.type, o.mean_ns, o.calls, o.start_ns) for o in _operator_times(events, 2)]
    assert times == [("a", "Conv", 3000.0, 1, 3000.0), ("Add", "Add", 1000.0, 1, 500000.0)]


def test_calls_of_one_node_in_an_inference_are_added():
    events = [{"cat": "Session", "name": "model_run", "ts": at_us, "dur": 90} for at_us in (0, 100, 200)]
    events += [event("loop", "Add", 5, at_us) for at_us in (1, 101, 111, 201, 211)]
    (operator,) = _operator_times(events, 2)
    assert (operator.mean_ns, operator.calls) == (10_000.0, 2)


def test_profiling_leaves_no_file(load, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {o.name for o in load("onnxruntime").operators(2).operators}
    assert any(name.startswith("stem") for name in names)
    assert os.listdir() == []
