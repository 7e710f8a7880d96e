"""What each format's file must hold beside the right numbers."""

from __future__ import annotations

import io

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


def test_tflite_refuses_groups_it_cannot_write(weighted):
    b = Builder("one", (4, 8, 8))
    b.conv("grouped", "input", 8, 3, groups=2)
    with pytest.raises(ValueError, match="grouped"):
        tflite.write(weighted(b)[0])


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
