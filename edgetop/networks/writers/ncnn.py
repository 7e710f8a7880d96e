"""ncnn: a graph as a ``.param`` of the layers and a ``.bin`` of their weights, in the order of the layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Union

from edgetop.networks.graph import Array, Graph, Node
from edgetop.networks.writers.half import half

MAGIC = "7767517"
FP32_TAG, FP16_TAG = bytes(4), b"\x47\x6b\x30\x01"
"""What stands before weights and tells their type; biases and scales are fp32 and have none."""
ALIGNMENT = 4
LIST_KEY = -23300
"""A parameter that is a list has its key taken from this, and its length before its values."""
TOP_SHAPES = 30
POOLS = {"max": 0, "avg": 1}
ADD = 0

Parameters = dict[int, Union[int, float, Sequence[Union[int, float]]]]
Layer = tuple[str, str, Parameters]
"""What follows the node's name in the layer's, its type, its parameters by key."""

FUSING = frozenset({"Convolution", "ConvolutionDepthWise", "InnerProduct"})
"""Layers that apply an activation themselves, where it is one of FUSED."""
FUSED: dict[str, Parameters] = {"relu": {9: 1}, "relu6": {9: 3, 10: (0.0, 6.0)}}
ACTIVATIONS: dict[str, tuple[str, Parameters]] = {"relu": ("ReLU", {}), "relu6": ("Clip", {0: 0.0, 1: 6.0})}


def write(graph: Graph) -> tuple[bytes, bytes]:
    """The graph as the bytes of a ``.param`` and of an fp32 ``.bin``; its input is [C, H, W]."""
    return _Writer(graph, halved=False).files()


def write_fp16(graph: Graph) -> tuple[bytes, bytes]:
    """The same with weights, though not biases, in fp16; raises ValueError where one does not fit."""
    return _Writer(graph, halved=True).files()


class _Writer:
    """A node's blob has its name, and so has its layer, or the chief one of its layers."""

    def __init__(self, graph: Graph, *, halved: bool) -> None:
        self._graph = graph
        self._halved = halved
        self._readers = Counter(name for node in graph.nodes for name in node.inputs) + Counter(graph.outputs)
        # ncnn knows outputs as the blobs that no layer reads, in the order of the file.
        self._gathers = len(graph.outputs) > 1 or self._readers[graph.outputs[0]] > 1
        self._branches: dict[str, list[str]] = {}
        self._lines: list[str] = []
        self._blobs = 0
        self._weights: list[bytes] = []

    def files(self) -> tuple[bytes, bytes]:
        for node in self._graph.nodes:
            getattr(self, f"_{node.op}")(node)
            self._branch(node)
        if self._gathers:
            outputs = self._graph.outputs
            self._layer("Noop", "outputs", [self._take(name) for name in outputs], outputs, {})
        head = f"{MAGIC}\n{len(self._lines)} {self._blobs}\n"
        return (head + "".join(self._lines)).encode(), b"".join(self._weights)

    def _input(self, node: Node) -> None:
        channels, height, width = node.shape
        self._chain(node, ("", "Input", {0: width, 1: height, 2: channels}))

    def _conv(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        top, left, bottom, right = node.padding
        parameters: Parameters = {0: node.shape[0], 1: node.kernel[1], 11: node.kernel[0], 3: node.stride}
        parameters.update({4: left, 14: top, 15: right, 16: bottom, 5: 1, 6: node.weight.size})
        if node.groups > 1:
            parameters[7] = node.groups
        self._chain(node, ("", "ConvolutionDepthWise" if node.groups > 1 else "Convolution", parameters))
        self._store(node.name, node.weight, node.bias)

    def _fc(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        self._chain(node, ("", "InnerProduct", {0: node.shape[0], 1: 1, 2: node.weight.size}))
        self._store(node.name, node.weight, node.bias)

    def _pool(self, node: Node) -> None:
        top, left, bottom, right = node.padding
        parameters: Parameters = {0: POOLS[node.kind], 1: node.kernel[1], 11: node.kernel[0], 2: node.stride}
        parameters.update({3: left, 13: top, 14: right, 15: bottom, 5: 1, 6: 1})  # rounds down, counts the zeros
        self._chain(node, ("", "Pooling", parameters))

    def _gap(self, node: Node) -> None:
        self._chain(node, ("", "Pooling", {0: POOLS["avg"], 4: 1}))

    def _add(self, node: Node) -> None:
        self._chain(node, ("", "BinaryOp", {0: ADD}))

    def _concat(self, node: Node) -> None:
        self._chain(node, ("", "Concat", {0: 0}))

    def _softmax(self, node: Node) -> None:
        self._chain(node, ("", "Softmax", {0: 0, 1: 1}))

    def _chain(self, node: Node, *layers: Layer) -> None:
        """Layers one behind the other, the first on the node's inputs, the last with its activation and its blob."""
        suffix, kind, parameters = layers[-1]
        if kind in FUSING and node.act in FUSED:
            layers = (*layers[:-1], (suffix, kind, {**parameters, **FUSED[node.act]}))
        elif node.act:
            layers = (*layers, (f"_{node.act}", *ACTIVATIONS[node.act]))
        blobs = [self._take(name) for name in node.inputs]
        for number, (suffix, kind, parameters) in enumerate(layers, 1):
            top = self._whole(node.name)
            if number < len(layers):
                top = f"{node.name}_{number}"
            else:
                parameters = {**parameters, TOP_SHAPES: _shape(node)}
            self._layer(kind, node.name + suffix, blobs, (top,), parameters)
            blobs = [top]

    def _branch(self, node: Node) -> None:
        """A blob may be read once: where there are more readers, each gets a branch of a Split."""
        whole, count = self._whole(node.name), self._readers[node.name]
        self._branches[node.name] = [whole]
        if count > 1:
            tops = [f"{node.name}_split{number}" for number in range(count)]
            self._layer("Split", f"{node.name}_split", [whole], tops, {TOP_SHAPES: _shape(node) * count})
            self._branches[node.name] = tops

    def _take(self, name: str) -> str:
        return self._branches[name].pop(0)

    def _whole(self, name: str) -> str:
        """A node's own blob; of an output that is gathered at the end, what comes out there has the node's name."""
        return f"{name}_whole" if self._gathers and name in self._graph.outputs else name

    def _layer(self, kind: str, name: str, bottoms: Sequence[str], tops: Sequence[str], parameters: Parameters) -> None:
        words = [f"{kind:<24}", f"{name:<24}", str(len(bottoms)), str(len(tops)), *bottoms, *tops]
        self._lines.append(" ".join((*words, *(_parameter(key, value) for key, value in parameters.items()))) + "\n")
        self._blobs += len(tops)

    def _store(self, name: str, weight: Array, bias: Array) -> None:
        if self._halved:
            content = half(f"{name}_weight", weight).tobytes()
            self._weights += [FP16_TAG, content, bytes(-len(content) % ALIGNMENT)]
        else:
            self._weights += [FP32_TAG, weight.astype("<f4").tobytes()]
        self._weights.append(bias.astype("<f4").tobytes())


def _shape(node: Node) -> tuple[int, ...]:
    """As ncnn writes one: the number of axes, width, height, channels."""
    sizes = tuple(reversed(node.shape))
    return (len(sizes), *sizes, *(1,) * (3 - len(sizes)))


def _parameter(key: int, value: Union[int, float, Sequence[Union[int, float]]]) -> str:
    if isinstance(value, (int, float)):
        return f"{key}={value}"
    return f"{LIST_KEY - key}={len(value)}," + ",".join(str(each) for each in value)
