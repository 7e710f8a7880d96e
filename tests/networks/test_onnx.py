"""What an ONNX file must hold beside the right numbers."""

from __future__ import annotations

import pytest

from edgetop.networks.writers import write


@pytest.fixture
def parsed():
    """The messages of a file, as the onnx package reads and checks them."""
    onnx = pytest.importorskip("onnx")

    def parse(content):
        model = onnx.load_from_string(content)
        onnx.checker.check_model(model, full_check=True)
        return model

    return parse


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_graph_of_every_operator_passes_the_formats_own_check(precision, every_operator, parsed):
    graph, _ = every_operator
    model = parsed(write(graph, "onnx", precision)[0])
    assert (model.ir_version, model.opset_import[0].version, model.producer_name) == (8, 13, "edgetop")
    assert [shape(value) for value in model.graph.input] == [("input", graph.input_shape)]
    assert [shape(value) for value in model.graph.output] == [(n, (1, *graph.node(n).shape)) for n in graph.outputs]


def shape(value):
    return value.name, tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)


def test_every_node_gives_a_tensor_and_is_an_operator_of_its_name(every_operator, parsed):
    graph, _ = every_operator
    operators = parsed(write(graph, "onnx")[0]).graph.node
    names = {node.name for node in graph.nodes[1:]}
    assert names <= {output for operator in operators for output in operator.output}
    assert names <= {operator.name for operator in operators}
    assert len({operator.name for operator in operators}) == len(operators)


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_no_constant_is_unused_or_there_twice(precision, every_operator, parsed):
    model = parsed(write(every_operator[0], "onnx", precision)[0])
    used = {name for operator in model.graph.node for name in operator.input}
    constants = [constant.name for constant in model.graph.initializer]
    assert set(constants) <= used
    assert len(set(constants)) == len(constants)


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_shared_weights_are_there_once(precision, every_operator, parsed):
    operators = {
        operator.name: operator for operator in parsed(write(every_operator[0], "onnx", precision)[0]).graph.node
    }
    assert operators["twin"].input[1:] == operators["last"].input[1:] == ["last_weight", "last_bias"]


def test_in_fp16_the_weights_alone_are_halved(built, parsed):
    onnx = pytest.importorskip("onnx")
    model = parsed(write(built("tiny"), "onnx", "fp16")[0])
    kinds = {constant.name: constant.data_type for constant in model.graph.initializer}
    assert kinds["stem_weight_fp16"] == kinds["classifier_bias_fp16"] == onnx.TensorProto.FLOAT16
    assert kinds["six"] == onnx.TensorProto.FLOAT
    ends = (*model.graph.input, *model.graph.output)
    assert {value.type.tensor_type.elem_type for value in ends} == {onnx.TensorProto.FLOAT}


def test_the_casts_of_fp16_weights_are_done_when_the_file_is_loaded(built, parsed, tmp_path):
    ort = pytest.importorskip("onnxruntime")
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3
    (content,) = write(built("tiny"), "onnx", "fp16")
    assert b"Cast" in content
    ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    assert b"Cast" not in (tmp_path / "optimised.onnx").read_bytes()
