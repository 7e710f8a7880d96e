"""Caffe: a graph as a ``.prototxt`` of the layers and a ``.caffemodel`` of the weights, without protobuf.

The dialect is the one OpenCV reads: layer type ReLU6, and ``ceil_mode`` in pools, which round up by default.
"""

from __future__ import annotations

import numpy as np

from edgetop.networks.graph import Array, Graph, Node
from edgetop.networks.writers.protobuf import Message, data, message, packed, string

ACTIVATIONS = {"relu": "ReLU", "relu6": "ReLU6"}
LAYER, LAYER_NAME, LAYER_TYPE, LAYER_BLOBS = 100, 1, 2, 7
NET_NAME = 1
BLOB_DATA, BLOB_SHAPE, SHAPE_DIM = 5, 7, 1
"""Field numbers of the messages NetParameter, LayerParameter, BlobProto and BlobShape."""


def write(graph: Graph) -> tuple[bytes, bytes]:
    """The graph as the bytes of a prototxt and of a caffemodel; its input is [1, C, H, W]."""
    text = [f'name: "{graph.name}"\n']
    weights = [*string(NET_NAME, graph.name)]
    for node in graph.nodes:
        layer_type, parameters, blobs = _LAYERS[node.op](node)
        text.append(_layer_text(node.name, layer_type, node.inputs, node.name, parameters))
        if blobs:
            weights.extend(_layer_message(node.name, layer_type, blobs))
        if node.act:  # in place, as is the custom
            text.append(_layer_text(f"{node.name}_{node.act}", ACTIVATIONS[node.act], (node.name,), node.name, ""))
    return "".join(text).encode(), b"".join(weights)


_Layer = tuple[str, str, tuple[Array, ...]]
"""A layer's type, its parameters in the text, and its blobs."""


def _input(node: Node) -> _Layer:
    dims = " ".join(f"dim: {size}" for size in (1, *node.shape))
    return "Input", f"input_param {{ shape {{ {dims} }} }}", ()


def _conv(node: Node) -> _Layer:
    assert node.weight is not None and node.bias is not None
    weight, pad_h, pad_w = _with_symmetric_pads(node, node.weight)
    parameters = (
        f"convolution_param {{ num_output: {node.shape[0]} kernel_h: {weight.shape[2]} kernel_w: {weight.shape[3]} "
        f"stride_h: {node.stride} stride_w: {node.stride} pad_h: {pad_h} pad_w: {pad_w} group: {node.groups} }}"
    )
    return "Convolution", parameters, (weight, node.bias)


def _with_symmetric_pads(node: Node, weight: Array) -> tuple[Array, int, int]:
    """The same convolution with equal pads on both sides, all that Caffe has.

    Where the pads differ, a zero row or column of the kernel lies over the pad that is too many. It is
    multiplied all the same: for the five such layers of EfficientNet-Lite0, some per cent of the time.
    """
    top, left, bottom, right = node.padding
    pad_h, pad_w = max(top, bottom), max(left, right)
    extra = ((0, 0), (0, 0), (pad_h - top, pad_h - bottom), (pad_w - left, pad_w - right))
    return np.pad(weight, extra), pad_h, pad_w


def _pool(node: Node) -> _Layer:
    top, left, bottom, right = node.padding
    if (top, left) == (bottom, right):
        ceil_mode = "false"
    elif (bottom - top, right - left) == (1, 1) and node.stride == 2:
        # Rounding up makes room for the one row and column that the pad would add, and ignores what lies there.
        ceil_mode = "true"
    else:
        raise ValueError(f"{node.name}: a pool with pads {node.padding} cannot be written for Caffe")
    parameters = (
        f"pooling_param {{ pool: {'MAX' if node.kind == 'max' else 'AVE'} kernel_h: {node.kernel[0]} "
        f"kernel_w: {node.kernel[1]} stride_h: {node.stride} stride_w: {node.stride} "
        f"pad_h: {top} pad_w: {left} ceil_mode: {ceil_mode} }}"
    )
    return "Pooling", parameters, ()


def _gap(node: Node) -> _Layer:
    return "Pooling", "pooling_param { pool: AVE global_pooling: true }", ()


def _fc(node: Node) -> _Layer:
    assert node.weight is not None and node.bias is not None
    return "InnerProduct", f"inner_product_param {{ num_output: {node.shape[0]} }}", (node.weight, node.bias)


def _add(node: Node) -> _Layer:
    return "Eltwise", "eltwise_param { operation: SUM }", ()


def _concat(node: Node) -> _Layer:
    return "Concat", "concat_param { axis: 1 }", ()


def _softmax(node: Node) -> _Layer:
    return "Softmax", "softmax_param { axis: 1 }", ()


_LAYERS = {
    "input": _input,
    "conv": _conv,
    "pool": _pool,
    "gap": _gap,
    "fc": _fc,
    "add": _add,
    "concat": _concat,
    "softmax": _softmax,
}


def _layer_text(name: str, layer_type: str, bottoms: tuple[str, ...], top: str, parameters: str) -> str:
    lines = [f'name: "{name}"', f'type: "{layer_type}"']
    lines += [f'bottom: "{bottom}"' for bottom in bottoms]
    lines += [f'top: "{top}"', *([parameters] if parameters else [])]
    return "layer {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _layer_message(name: str, layer_type: str, blobs: tuple[Array, ...]) -> Message:
    contents = (message(LAYER_BLOBS, _blob(blob)) for blob in blobs)
    return message(LAYER, string(LAYER_NAME, name), string(LAYER_TYPE, layer_type), *contents)


def _blob(array: Array) -> Message:
    shape = packed(SHAPE_DIM, array.shape)
    return (*message(BLOB_SHAPE, shape), *data(BLOB_DATA, array))
