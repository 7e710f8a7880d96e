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
ADD, MULTIPLY = 0, 2
NEAREST = 1
EQUALLY = -233
"""A part of a Slice as large as the others."""
NO_ADDEND = -1

Parameters = dict[int, Union[int, float, Sequence[Union[int, float]]]]
Layer = tuple[str, str, Parameters]
"""What follows the node's name in the layer's, its type, its parameters by key."""

FUSING = frozenset({"Convolution", "ConvolutionDepthWise", "InnerProduct"})
"""Layers that apply an activation themselves, where it is one of FUSED."""
FUSED: dict[str, Parameters] = {"relu": {9: 1}, "relu6": {9: 3, 10: (0.0, 6.0)}}
ACTIVATIONS: dict[str, tuple[str, Parameters]] = {
    "relu": ("ReLU", {}),
    "relu6": ("Clip", {0: 0.0, 1: 6.0}),
    "silu": ("Swish", {}),
}


def write(graph: Graph) -> tuple[bytes, bytes]:
    """The graph as the bytes of a ``.param`` and of an fp32 ``.bin``; its input is [C, H, W].

    Raises ValueError for a graph in which nothing reads a node that is no output.
    """
    return _Writer(graph, halved=False).files()


def write_fp16(graph: Graph) -> tuple[bytes, bytes]:
    """The same with weights, though not biases, in fp16; raises ValueError where one does not fit."""
    return _Writer(graph, halved=True).files()


class _Writer:
    """A node's blob has its name, and so has its layer, or the chief one of its layers."""

    def __init__(self, graph: Graph, *, halved: bool) -> None:
        self._graph = graph
        self._halved = halved
        self._readers = Counter(graph.outputs)
        for node in graph.nodes:
            if node.part == 0:  # one Slice reads for all parts of a split
                self._readers.update(node.inputs)
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
            if not self._readers[node.name]:
                raise ValueError(f"{node.name}: nothing reads it, and ncnn would take it for an output")
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
        self._store(node.name, node.weight)
        self._store_plain(node.bias)

    def _scale(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        self._chain(node, ("", "Scale", {0: node.weight.size, 1: 1}))
        self._store_plain(node.weight)
        self._store_plain(node.bias)

    def _fc(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        self._chain(node, ("", "InnerProduct", {0: node.shape[0], 1: 1, 2: node.weight.size}))
        self._store(node.name, node.weight)
        self._store_plain(node.bias)

    def _matmul(self, node: Node) -> None:
        assert node.weight is not None
        _, rows, columns = node.shape
        depth = node.weight_shape[1]
        # B is the weight, transposed as it is stored; A has any number of rows.
        gemm: Parameters = {2: 0, 3: 1, 4: 0, 5: 1, 6: 1, 7: 0, 8: columns, 9: depth, 10: NO_ADDEND}
        self._chain(
            node,
            ("_matrix", "Reshape", {0: depth, 1: rows}),
            ("", "Gemm", gemm),
            ("_picture", "Reshape", {0: columns, 1: rows, 2: 1}),
        )
        self._store(node.name, node.weight)

    def _pool(self, node: Node) -> None:
        top, left, bottom, right = node.padding
        parameters: Parameters = {0: POOLS[node.kind], 1: node.kernel[1], 11: node.kernel[0], 2: node.stride}
        parameters.update({3: left, 13: top, 14: right, 15: bottom, 5: 1, 6: 1})  # rounds down, counts the zeros
        self._chain(node, ("", "Pooling", parameters))

    def _gap(self, node: Node) -> None:
        mean: Layer = ("", "Pooling", {0: POOLS["avg"], 4: 1})
        picture: Layer = ("_picture", "Reshape", {0: 1, 1: 1, 2: node.shape[0]})
        self._chain(node, *((mean, picture) if len(node.shape) > 1 else (mean,)))

    def _add(self, node: Node) -> None:
        self._chain(node, ("", "BinaryOp", {0: ADD}))

    def _mul(self, node: Node) -> None:
        self._chain(node, ("", "BinaryOp", {0: MULTIPLY}))

    def _concat(self, node: Node) -> None:
        self._chain(node, ("", "Concat", {0: 0}))

    def _split(self, node: Node) -> None:
        if node.part > 0:
            return
        first = self._graph.nodes.index(node)
        parts = self._graph.nodes[first : first + node.parts]
        parameters: Parameters = {0: (EQUALLY,) * node.parts, 1: 0, TOP_SHAPES: _shape(node) * node.parts}
        tops = [self._whole(part.name) for part in parts]
        self._layer("Slice", node.name, [self._take(node.inputs[0])], tops, parameters)

    def _shuffle(self, node: Node) -> None:
        self._chain(node, ("", "ShuffleChannel", {0: node.groups}))

    def _up2(self, node: Node) -> None:
        _, height, width = node.shape
        self._chain(node, ("", "Interp", {0: NEAREST, 3: height, 4: width}))

    def _act(self, node: Node) -> None:
        self._chain(node)

    def _sigmoid(self, node: Node) -> None:
        self._chain(node, ("", "Sigmoid", {}))

    def _softmax(self, node: Node) -> None:
        self._chain(node, ("", "Softmax", {0: 0, 1: 1}))

    def _chain(self, node: Node, *layers: Layer) -> None:
        """Layers one behind the other, the first on the node's inputs, the last with its activation and its blob."""
        if layers and layers[-1][1] in FUSING and node.act in FUSED:
            suffix, kind, parameters = layers[-1]
            layers = (*layers[:-1], (suffix, kind, {**parameters, **FUSED[node.act]}))
        elif node.act:
            layers = (*layers, (f"_{node.act}" if layers else "", *ACTIVATIONS[node.act]))
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

    def _store(self, name: str, weight: Array) -> None:
        if self._halved:
            content = half(f"{name}_weight", weight).tobytes()
            self._weights += [FP16_TAG, content, bytes(-len(content) % ALIGNMENT)]
        else:
            self._weights.append(FP32_TAG)
            self._store_plain(weight)

    def _store_plain(self, array: Array) -> None:
        """Numbers that ncnn reads as fp32 whatever the precision."""
        self._weights.append(array.astype("<f4").tobytes())


def _shape(node: Node) -> tuple[int, ...]:
    """As ncnn writes one: the number of axes, width, height, channels."""
    sizes = tuple(reversed(node.shape))
    return (len(sizes), *sizes, *(1,) * (3 - len(sizes)))


def _parameter(key: int, value: Union[int, float, Sequence[Union[int, float]]]) -> str:
    if isinstance(value, (int, float)):
        return f"{key}={value}"
    return f"{LIST_KEY - key}={len(value)}," + ",".join(str(each) for each in value)
