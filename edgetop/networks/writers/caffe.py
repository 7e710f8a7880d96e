"""Caffe: a graph as a ``.prototxt`` of the layers and a ``.caffemodel`` of the weights, without protobuf.

The dialect is the one OpenCV reads: layer type ReLU6, and ``ceil_mode`` in pools, which round up by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

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
    writer = _Writer(graph)
    for node in graph.nodes:
        writer.add(node)
    return "".join(writer.text).encode(), b"".join(writer.weights)


class _Writer:
    """Each node's first layer has the node's name, and so has the blob that its last layer gives."""

    def __init__(self, graph: Graph) -> None:
        self.text = [f'name: "{graph.name}"\n']
        self.weights: list[Union[bytes, memoryview]] = [*string(NET_NAME, graph.name)]
        self._nodes = {node.name: node for node in graph.nodes}

    def add(self, node: Node) -> None:
        """One node: its operator, and its activation, in place where there is a layer for it, as is the custom."""
        name = node.name
        operator = getattr(self, f"_{node.op}")
        if node.act == "silu":
            linear, gate = node.inputs[0] if node.op == "act" else f"{name}_linear", f"{name}_sigmoid"
            if node.op != "act":
                operator(node, linear)
            self._layer(gate, "Sigmoid", [linear], [gate])
            self._layer(f"{name}_silu", "Eltwise", [linear, gate], [name], "eltwise_param { operation: PROD }")
        else:
            operator(node, name)
            if node.act and node.op != "act":
                self._layer(f"{name}_{node.act}", ACTIVATIONS[node.act], [name], [name])

    def _input(self, node: Node, top: str) -> None:
        dims = " ".join(f"dim: {size}" for size in (1, *node.shape))
        self._layer(node.name, "Input", [], [top], f"input_param {{ shape {{ {dims} }} }}")

    def _conv(self, node: Node, top: str) -> None:
        assert node.weight is not None and node.bias is not None
        weight, pad_h, pad_w = _with_symmetric_pads(node, node.weight)
        parameters = (
            f"convolution_param {{ num_output: {node.shape[0]} kernel_h: {weight.shape[2]} kernel_w: {weight.shape[3]} "
            f"stride_h: {node.stride} stride_w: {node.stride} pad_h: {pad_h} pad_w: {pad_w} group: {node.groups} }}"
        )
        self._layer(node.name, "Convolution", node.inputs, [top], parameters, weight, node.bias)

    def _scale(self, node: Node, top: str) -> None:
        assert node.weight is not None and node.bias is not None
        if self._nodes[node.inputs[0]].op == "up2":
            # OpenCV would join a Scale with the Deconvolution before it, and does that wrongly where it has groups.
            parameters = f"convolution_param {{ num_output: {node.shape[0]} kernel_size: 1 group: {node.shape[0]} }}"
            weight = node.weight.reshape(-1, 1, 1, 1)
            self._layer(node.name, "Convolution", node.inputs, [top], parameters, weight, node.bias)
            return
        self._layer(node.name, "Scale", node.inputs, [top], "scale_param { bias_term: true }", node.weight, node.bias)

    def _fc(self, node: Node, top: str) -> None:
        assert node.weight is not None and node.bias is not None
        parameters = f"inner_product_param {{ num_output: {node.shape[0]} }}"
        self._layer(node.name, "InnerProduct", node.inputs, [top], parameters, node.weight, node.bias)

    def _matmul(self, node: Node, top: str) -> None:
        assert node.weight is not None
        parameters = f"inner_product_param {{ num_output: {node.shape[2]} axis: 3 bias_term: false }}"
        self._layer(node.name, "InnerProduct", node.inputs, [top], parameters, node.weight)

    def _pool(self, node: Node, top: str) -> None:
        parameters = (
            f"pooling_param {{ pool: {'MAX' if node.kind == 'max' else 'AVE'} kernel_h: {node.kernel[0]} "
            f"kernel_w: {node.kernel[1]} stride_h: {node.stride} stride_w: {node.stride} "
            f"pad_h: {node.padding[0]} pad_w: {node.padding[1]} ceil_mode: {_ceil_mode(node)} }}"
        )
        self._layer(node.name, "Pooling", node.inputs, [top], parameters)

    def _gap(self, node: Node, top: str) -> None:
        square = top if len(node.shape) == 3 else f"{node.name}_square"
        self._layer(node.name, "Pooling", node.inputs, [square], "pooling_param { pool: AVE global_pooling: true }")
        if square != top:
            self._layer(f"{node.name}_flat", "Flatten", [square], [top])

    def _add(self, node: Node, top: str) -> None:
        self._layer(node.name, "Eltwise", node.inputs, [top], "eltwise_param { operation: SUM }")

    def _mul(self, node: Node, top: str) -> None:
        first, second = node.inputs
        if self._nodes[second].shape == node.shape:
            self._layer(node.name, "Eltwise", node.inputs, [top], "eltwise_param { operation: PROD }")
            return
        flat = f"{node.name}_flat"  # [1, C], which lies along the first two axes of the picture
        self._layer(flat, "Flatten", [second], [flat])
        self._layer(node.name, "Scale", [first, flat], [top], "scale_param { axis: 0 }")

    def _concat(self, node: Node, top: str) -> None:
        self._layer(node.name, "Concat", node.inputs, [top], "concat_param { axis: 1 }")

    def _split(self, node: Node, top: str) -> None:
        if node.part == 0:  # one layer for all parts
            self._layer(node.name, "Slice", node.inputs, _parts(self._nodes, node), "slice_param { axis: 1 }")

    def _shuffle(self, node: Node, top: str) -> None:
        """[C, H, W] to [groups, n, H * W] to [n, groups, H * W] and back."""
        name, (channels, height, width) = node.name, node.shape
        apart, swapped = f"{name}_apart", f"{name}_swapped"
        self._layer(name, "Reshape", node.inputs, [apart], _reshape(node.groups, channels // node.groups, -1))
        order = " ".join(f"order: {axis}" for axis in (0, 2, 1, 3))
        self._layer(swapped, "Permute", [apart], [swapped], f"permute_param {{ {order} }}")
        self._layer(f"{name}_joined", "Reshape", [swapped], [top], _reshape(channels, height, width))

    def _up2(self, node: Node, top: str) -> None:
        """Each pixel into two by two ones; where a size is odd, the pad takes a row of zeros and the last of them."""
        channels, height, width = node.shape
        odd_h, odd_w = height % 2, width % 2
        parameters = (
            f"convolution_param {{ num_output: {channels} kernel_h: {2 + odd_h} kernel_w: {2 + odd_w} "
            f"stride_h: 2 stride_w: 2 pad_h: {odd_h} pad_w: {odd_w} group: {channels} bias_term: false }}"
        )
        kernel = np.ones((channels, 1, 2 + odd_h, 2 + odd_w), np.float32)
        kernel[:, :, :odd_h] = 0
        kernel[:, :, :, :odd_w] = 0
        self._layer(node.name, "Deconvolution", node.inputs, [top], parameters, kernel)

    def _act(self, node: Node, top: str) -> None:
        self._layer(node.name, ACTIVATIONS[node.act], node.inputs, [top])

    def _sigmoid(self, node: Node, top: str) -> None:
        self._layer(node.name, "Sigmoid", node.inputs, [top])

    def _softmax(self, node: Node, top: str) -> None:
        self._layer(node.name, "Softmax", node.inputs, [top], "softmax_param { axis: 1 }")

    def _layer(
        self, name: str, type: str, bottoms: Sequence[str], tops: Sequence[str], parameters: str = "", *blobs: Array
    ) -> None:
        lines = [f'name: "{name}"', f'type: "{type}"']
        lines += [f'bottom: "{bottom}"' for bottom in bottoms]
        lines += [*(f'top: "{top}"' for top in tops), *([parameters] if parameters else [])]
        self.text.append("layer {\n" + "".join(f"  {line}\n" for line in lines) + "}\n")
        if blobs:
            contents = (message(LAYER_BLOBS, _blob(blob)) for blob in blobs)
            self.weights += message(LAYER, string(LAYER_NAME, name), string(LAYER_TYPE, type), *contents)


def _with_symmetric_pads(node: Node, weight: Array) -> tuple[Array, int, int]:
    """The same convolution with equal pads on both sides, all that Caffe has.

    Where the pads differ, a zero row or column of the kernel lies over the pad that is too many. It is
    multiplied all the same: for the five such layers of EfficientNet-Lite0, some per cent of the time.
    """
    top, left, bottom, right = node.padding
    pad_h, pad_w = max(top, bottom), max(left, right)
    extra = ((0, 0), (0, 0), (pad_h - top, pad_h - bottom), (pad_w - left, pad_w - right))
    return np.pad(weight, extra), pad_h, pad_w


def _ceil_mode(node: Node) -> str:
    """Whether the pool's sizes are to be rounded up; raises ValueError where neither way gives its pads."""
    top, left, bottom, right = node.padding
    if (top, left) == (bottom, right):
        return "false"
    if (bottom - top, right - left) == (1, 1) and node.stride > 1 and node.kind == "max":
        # Rounding up makes room for the one row and column that the pad would add, and ignores what lies there.
        return "true"
    raise ValueError(f"{node.name}: a pool with pads {node.padding} cannot be written for Caffe")


def _parts(nodes: dict[str, Node], first: Node) -> list[str]:
    """The nodes of one split, in order."""
    names = list(nodes)
    place = names.index(first.name)
    return names[place : place + first.parts]


def _reshape(*sizes: int) -> str:
    dims = " ".join(f"dim: {size}" for size in (1, *sizes))
    return f"reshape_param {{ shape {{ {dims} }} }}"


def _blob(array: Array) -> Message:
    shape = packed(SHAPE_DIM, array.shape)
    return (*message(BLOB_SHAPE, shape), *data(BLOB_DATA, array))
