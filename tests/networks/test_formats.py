"""What each format's file must hold beside the right numbers."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest

from edgetop.networks.builder import Builder
from edgetop.networks.writers import caffe, tflite, torchscript


def operators(content):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(
        model_content=content, experimental_op_resolver_type=plain_kernels()
    )
    interpreter.allocate_tensors()
    return [op["op_name"] for op in interpreter._get_ops_details()]


def plain_kernels():
    resolver = pytest.importorskip("ai_edge_litert.interpreter").OpResolverType
    return resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def one_conv(weighted, **how):
    b = Builder("one", (3, 12, 12))
    b.conv("conv", "input", 4, 3, **how)
    return weighted(b)[0]


def test_tflite_is_marked_and_its_weights_are_aligned(built):
    graph = built("tiny")
    (content,) = tflite.write(graph)
    assert content[4:8] == b"TFL3"
    for node in graph.nodes:
        if node.bias is not None:
            assert content.find(node.bias.tobytes()) % 16 == 0
            assert content.find(node.bias.tobytes()) > 0


def test_tflite_takes_same_where_it_fits_and_a_pad_where_not(weighted):
    assert operators(tflite.write(one_conv(weighted, stride=2))[0]) == ["CONV_2D"]
    assert operators(tflite.write(one_conv(weighted, pad=0))[0]) == ["CONV_2D"]
    assert operators(tflite.write(one_conv(weighted, pad=1))[0]) == ["CONV_2D"]
    assert operators(tflite.write(one_conv(weighted, stride=2, pad=1))[0]) == ["PAD", "CONV_2D"]


def test_tflite_keeps_the_names_of_all_nodes(built):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(
        model_content=tflite.write(built("tiny"))[0], experimental_op_resolver_type=plain_kernels()
    )
    interpreter.allocate_tensors()
    names = {tensor["name"] for tensor in interpreter.get_tensor_details()}
    assert {node.name for node in built("tiny").nodes} <= names
    assert interpreter.get_input_details()[0]["shape"].tolist() == [1, 32, 32, 3]
    assert interpreter.get_output_details()[0]["name"] == "softmax"


def one(weighted, add, shape=(4, 8, 8)):
    b = Builder("one", shape)
    add(b)
    return weighted(b)[0]


@pytest.mark.parametrize(
    ("add", "expected"),
    [
        (lambda b: b.conv("grouped", "input", 8, 3, groups=2), ["CONV_2D"]),
        (lambda b: b.conv("conv", "input", 8, act="silu"), ["CONV_2D", "LOGISTIC", "MUL"]),
        (lambda b: b.scale("scale", "input", act="relu"), ["MUL", "ADD"]),
        (lambda b: b.split("part", "input", 4), ["SPLIT"]),
        (lambda b: b.shuffle("mixed", "input", 2), ["TRANSPOSE", "RESHAPE", "TRANSPOSE", "RESHAPE", "TRANSPOSE"]),
        (lambda b: b.gap("gap", "input", keep=True), ["MEAN"]),
        (lambda b: b.act("act", "input", "relu6"), ["RELU6"]),
        (lambda b: b.up2("up", "input"), ["RESIZE_NEAREST_NEIGHBOR"]),
        (lambda b: b.pool("pool", "input", "avg", 3, stride=1, pad="same"), ["PAD", "AVERAGE_POOL_2D"]),
        (lambda b: b.pool("pool", "input", "max", 3, stride=2, pad="same"), ["MAX_POOL_2D"]),
    ],
)
def test_tflite_spends_no_more_operators_than_it_must(add, expected, weighted):
    assert operators(tflite.write(one(weighted, add))[0]) == expected


@pytest.mark.parametrize(("act", "pad"), [("relu", "PAD"), ("relu6", "PAD"), ("", "PADV2"), ("silu", "PADV2")])
def test_tflite_pads_a_maximum_with_zeros_only_where_nothing_is_below(act, pad, weighted):
    def add(b):
        b.pool("pool", b.conv("conv", "input", 4, act=act), "max", 3, stride=2, pad=1)

    assert operators(tflite.write(one(weighted, add))[0])[-2:] == [pad, "MAX_POOL_2D"]


def test_tflite_multiplies_matrices_in_one_operator(built):
    assert operators(tflite.write(built("gemm_256"))[0]) == ["FULLY_CONNECTED"]


def test_caffe_keeps_the_names_of_all_nodes(built):
    cv2 = pytest.importorskip("cv2")
    net = cv2.dnn.readNetFromCaffe(*(np.frombuffer(part, np.uint8) for part in caffe.write(built("tiny"))))
    assert {node.name for node in built("tiny").nodes[1:]} <= set(net.getLayerNames())


def test_caffe_grows_the_kernel_where_the_pads_differ(weighted):
    text = caffe.write(one_conv(weighted, stride=2))[0].decode()
    assert "kernel_h: 4 kernel_w: 4" in text
    assert "pad_h: 1 pad_w: 1" in text
    assert "kernel_h: 3 kernel_w: 3" in caffe.write(one_conv(weighted, stride=2, pad=1))[0].decode()


def test_caffe_says_how_every_pool_rounds_and_names_relu6(built):
    text = caffe.write(built("tiny"))[0].decode()
    assert text.count("pooling_param") - text.count("global_pooling") == text.count("ceil_mode:")
    assert '"ReLU6"' in text
    assert '"Clip"' not in text


def layer_types(graph):
    return re.findall(r'type: "(\w+)"', caffe.write(graph)[0].decode())[1:]


def test_caffe_writes_a_split_once_for_all_parts(weighted):
    text = caffe.write(one(weighted, lambda b: b.split("part", "input", 4)))[0].decode()
    assert text.count('"Slice"') == 1
    assert re.findall(r'top: "(part\d)"', text) == ["part0", "part1", "part2", "part3"]


@pytest.mark.parametrize(
    ("add", "expected"),
    [
        (lambda b: b.conv("conv", "input", 4, act="silu"), ["Convolution", "Sigmoid", "Eltwise"]),
        (lambda b: b.shuffle("mixed", "input", 2), ["Reshape", "Permute", "Reshape"]),
        (lambda b: b.up2("up", "input"), ["Deconvolution"]),
        (lambda b: b.mul("gated", "input", b.gap("gap", "input", keep=True)), ["Pooling", "Flatten", "Scale"]),
        (lambda b: b.gap("gap", "input"), ["Pooling", "Flatten"]),
    ],
)
def test_caffe_knows_only_layers_of_old(add, expected, weighted):
    assert layer_types(one(weighted, add)) == expected


def test_caffe_rounds_up_only_where_that_makes_room_for_the_pad(weighted):
    def text(size, pad):
        added = one(weighted, lambda b: b.pool("pool", "input", "max", 3, stride=2, pad=pad), (4, size, size))
        return caffe.write(added)[0].decode()

    assert "ceil_mode: true" in text(54, "same")
    assert "ceil_mode: false" in text(55, 0)
    assert "ceil_mode: false" in text(54, 1)


def test_caffe_refuses_a_pool_it_cannot_write(weighted):
    b = Builder("one", (3, 9, 12))
    b.pool("pool", "input", "max", 3, stride=2, pad="same")
    with pytest.raises(ValueError, match="pool"):
        caffe.write(weighted(b)[0])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_keeps_the_names_of_all_nodes(built):
    torch = pytest.importorskip("torch")
    module = torch.jit.load(io.BytesIO(torchscript.write(built("tiny"))[0]))
    assert [name for name, _ in module.named_children()] == [node.name for node in built("tiny").nodes[1:]]
