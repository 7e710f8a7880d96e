"""What is OpenVINO's own: its precisions, integers in TFLite files, open shapes, its exceptions and rows in words."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.networks.quantize import quantize
from edgetop.networks.writers import onnx_messages, write
from edgetop.networks.writers.onnx_messages import GRAPH_INPUT, GRAPH_OUTPUT
from edgetop.networks.writers.protobuf import integer, message, string
from edgetop.plan import ModelFile
from edgetop.processors import sums_bytes_exactly

FLOAT = 1


@pytest.fixture(autouse=True)
def here(need):
    need("openvino")


@pytest.fixture
def loaded(tmp_path, graph, expected):
    """The tiny network loaded from a file of a format and a precision, and run on the picture."""
    models = []

    def load(format, precision, options):
        picture, _ = expected("tiny")
        source = quantize(graph("tiny"), np.repeat(picture, 4, 0)) if precision == "int8" else graph("tiny")
        path = tmp_path / f"net.{format}"
        path.write_bytes(write(source, format, precision)[0])
        model = backend("openvino").load(ModelFile((str(path),), format, "tiny", precision), options)
        models.append(model)
        spec = model.inputs[0]
        values = picture.transpose(0, 2, 3, 1) if spec.layout == "NHWC" else picture
        if spec.scale:
            values = np.clip(np.rint(values / spec.scale) + spec.zero_point, -128, 127)
        model.set_inputs([np.ascontiguousarray(values, spec.dtype)])
        model.infer()
        return model

    yield load
    for model in models:
        model.close()


def probabilities(model):
    (output,) = model.read_outputs()
    spec = model.outputs[0]
    return (output.astype(np.float32) - spec.zero_point) * spec.scale if spec.scale else output


def test_a_tflite_file_agrees_too(loaded, expected):
    model = loaded("tflite", "fp32", Options(variant="tflite"))
    assert model.inputs[0].layout == "NHWC"
    assert np.abs(probabilities(model) - expected("tiny")[1][0]).max() < 1e-5


@pytest.mark.parametrize("format", ["onnx", "tflite"])
def test_int8_is_near_fp32(format, loaded, expected):
    model = loaded(format, "int8", Options(precision="int8", variant=format))
    assert bool(model.note) is not sums_bytes_exactly()
    if sums_bytes_exactly():
        assert 0 < np.abs(probabilities(model) - expected("tiny")[1][0]).max() < 0.02


def test_what_integers_of_a_tflite_file_stand_for_is_read(loaded, tmp_path):
    model = loaded("tflite", "int8", Options(precision="int8", variant="tflite"))
    library = pytest.importorskip("ai_edge_litert.interpreter")
    interpreter = library.Interpreter(model_path=str(tmp_path / "net.tflite"))
    for spec, (right,) in zip(
        (*model.inputs, *model.outputs), (interpreter.get_input_details(), interpreter.get_output_details())
    ):
        assert (spec.dtype, spec.zero_point) == ("int8", right["quantization"][1])
        assert spec.scale == pytest.approx(right["quantization"][0], rel=1e-5)


def test_bf16_is_computed_or_refused(loaded, expected):
    if "BF16" not in capabilities():
        with pytest.raises(FrameworkMissing, match="no bf16"):
            loaded("onnx", "fp32", Options(precision="bf16"))
        return
    model = loaded("onnx", "fp32", Options(precision="bf16"))
    assert 1e-5 < np.abs(probabilities(model) - expected("tiny")[1][0]).max() < 0.02


def test_fp16_weights_where_the_cpu_has_no_fp16_are_said_to_be_computed_in_fp32(loaded, expected):
    model = loaded("onnx", "fp16", Options(precision="fp16"))
    assert ("computes in fp32" in model.note) == ("FP16" not in capabilities())
    assert np.abs(probabilities(model) - expected("tiny")[1][0]).max() < 2e-3


def capabilities():
    import openvino

    return openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def test_operators_are_named_as_the_nodes_and_fit_in_the_whole(loaded, graph):
    model = loaded("onnx", "fp32", Options(2))
    profile = model.operators(5)
    names = [o.name for o in profile.operators]
    moves = {o.name for o in profile.operators if o.type == "Reorder"}
    assert (
        {"stem", "depthwise", "project", "strided"} <= set(names) <= {node.name for node in graph("tiny").nodes} | moves
    )
    assert len(set(names)) == len(names)
    assert sum(o.mean_ns for o in profile.operators) <= sum(profile.durations_ns) / 5


def shape_of(field, name, sizes):
    dims = [message(1, string(2, size) if isinstance(size, str) else integer(1, size)) for size in sizes]
    return message(field, string(1, name), message(2, message(1, integer(1, FLOAT), message(2, *dims))))


@pytest.fixture
def one_operator(tmp_path):
    def make(kind, sizes, input_shape=()):
        path = tmp_path / "own.onnx"
        node = onnx_messages.operator(kind, "node", ("x",), ("y",), {})
        ends = shape_of(GRAPH_INPUT, "x", sizes), shape_of(GRAPH_OUTPUT, "y", sizes)
        path.write_bytes(onnx_messages.model("own", (node, *ends)))
        return ModelFile((str(path),), "onnx", "own", input_shape=input_shape)

    return make


def test_an_open_batch_is_one(one_operator):
    model = backend("openvino").load(one_operator("Relu", ("batch", 3, 4, 5)), Options())
    assert (model.inputs[0].shape, model.outputs[0].shape) == ((1, 3, 4, 5), (1, 3, 4, 5))


def test_another_open_size_is_refused_unless_the_shape_is_told(one_operator):
    with pytest.raises(BadModelFile, match="shape of the input") as refusal:
        backend("openvino").load(one_operator("Relu", (1, 3, "height", "width")), Options())
    assert "dynamic_axes" in refusal.value.hint
    told = one_operator("Relu", (1, 3, "height", "width"), input_shape=(1, 3, 6, 7))
    assert backend("openvino").load(told, Options()).inputs[0].shape == (1, 3, 6, 7)


def test_an_operator_that_is_not_there_is_named_without_a_place_in_its_source(one_operator):
    with pytest.raises(BadModelFile, match="Hardsoft") as refusal:
        backend("openvino").load(one_operator("Hardsoft", (1, 4)), Options())
    assert "Exception from" not in refusal.value.title
