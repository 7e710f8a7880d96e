"""TensorFlow Lite: a graph in NHWC as a ``.tflite`` file, with nothing but ``flatbuffers``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.builder import same_padding
from edgetop.networks.graph import NO_PADDING, Graph, Node
from edgetop.networks.writers.flat import Field, FlatFile, byte, float32, int32, offset, ubyte, uint32

SCHEMA_VERSION = 3
IDENTIFIER = b"TFL3"
CODES = {
    "ADD": 0,
    "AVERAGE_POOL_2D": 1,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 4,
    "DEQUANTIZE": 6,
    "FULLY_CONNECTED": 9,
    "MAX_POOL_2D": 17,
    "SOFTMAX": 25,
    "PAD": 34,
    "MEAN": 40,
    "PADV2": 60,
}
"""BuiltinOperator of the schema."""
OPTIONS = {
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 2,
    "AVERAGE_POOL_2D": 5,
    "MAX_POOL_2D": 5,
    "FULLY_CONNECTED": 8,
    "SOFTMAX": 9,
    "CONCATENATION": 10,
    "ADD": 11,
    "PAD": 22,
    "MEAN": 27,
    "DEQUANTIZE": 38,
    "PADV2": 43,
}
"""BuiltinOptions of the schema: which options table an operator has."""
VERSIONS = {"DEQUANTIZE": 3}
"""Of operators whose first version does not do what is written here."""
TYPES = {"float32": 0, "float16": 1, "int32": 2}
ACTIVATIONS = {"": 0, "relu": 1, "relu6": 3}
SAME, VALID = 0, 1
LOWEST = np.finfo(np.float32).min


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one fp32 ``.tflite`` file; its input is [1, H, W, C]."""
    return (Writer(graph).file(),)


class Writer:
    """Writes a graph node by node, from the leaves of the file up."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._shapes = {node.name: node.shape for node in graph.nodes}
        self._file = FlatFile(4 * graph.parameters + 1024 * len(graph.nodes) + 4096)
        self._buffers = [self._file.table()]  # the first one is empty: what tensors without data point at
        self._tensors: list[int] = []
        self._index: dict[str, int] = {}
        self._codes: list[str] = []
        self._operators: list[int] = []

    def add(self, node: Node) -> None:
        """One node: its constants, a PAD before it where it needs one, its operator."""
        getattr(self, f"_{node.op}")(node)

    def file(self) -> bytes:
        """The file with all nodes of the graph."""
        file, graph = self._file, self._graph
        for node in graph.nodes:
            self.add(node)
        codes = [
            # old field, custom, version
            file.table(byte(min(CODES[code], 127)), None, int32(VERSIONS.get(code, 1)), int32(CODES[code]))
            for code in self._codes
        ]
        subgraph = file.table(
            offset(file.offsets(self._tensors)),
            offset(file.integers([self._index[graph.nodes[0].name]])),
            offset(file.integers([self._index[name] for name in graph.outputs])),
            offset(file.offsets(self._operators)),
            offset(file.string(graph.name)),
        )
        model = file.table(
            uint32(SCHEMA_VERSION),
            offset(file.offsets(codes)),
            offset(file.offsets([subgraph])),
            offset(file.string(f"{graph.name}, written by edgetop")),
            offset(file.offsets(self._buffers)),
        )
        return file.finish(model, IDENTIFIER)

    def _input(self, node: Node) -> None:
        self._output(node.name, _nhwc(node.shape))

    def _conv(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        source, padding = self._padded(node)
        if node.is_depthwise:
            code, weight = "DEPTHWISE_CONV_2D", node.weight.transpose(1, 2, 3, 0)
            multiplier: tuple[Field, ...] = (int32(1),)
        elif node.groups == 1:
            code, weight, multiplier = "CONV_2D", node.weight.transpose(0, 2, 3, 1), ()
        else:
            raise ValueError(f"{node.name}: TFLite is written with 1 group or one a channel, not {node.groups}")
        inputs = [source, self._constant(f"{node.name}_weight", weight), self._constant(f"{node.name}_bias", node.bias)]
        strides = (int32(node.stride), int32(node.stride))
        dilation = (int32(1), int32(1))
        self._operator(code, node, inputs, byte(padding), *strides, *multiplier, _act(node), *dilation)

    def _pool(self, node: Node) -> None:
        source, padding = self._padded(node)
        code = "MAX_POOL_2D" if node.kind == "max" else "AVERAGE_POOL_2D"
        height, width = node.kernel
        sizes = (int32(node.stride), int32(node.stride), int32(width), int32(height))
        self._operator(code, node, [source], byte(padding), *sizes, _act(node))

    def _gap(self, node: Node) -> None:
        axes = self._constant(f"{node.name}_axes", np.array([1, 2], np.int32))
        self._operator("MEAN", node, [self._index[node.inputs[0]], axes], byte(0))

    def _fc(self, node: Node) -> None:
        assert node.weight is not None and node.bias is not None
        constants = [self._constant(f"{node.name}_weight", node.weight), self._constant(f"{node.name}_bias", node.bias)]
        self._operator("FULLY_CONNECTED", node, [self._index[node.inputs[0]], *constants], _act(node))

    def _add(self, node: Node) -> None:
        self._operator("ADD", node, [self._index[name] for name in node.inputs], _act(node))

    def _concat(self, node: Node) -> None:
        axis = len(node.shape)  # NHWC keeps the channels last
        self._operator("CONCATENATION", node, [self._index[name] for name in node.inputs], int32(axis), _act(node))

    def _softmax(self, node: Node) -> None:
        self._operator("SOFTMAX", node, [self._index[node.inputs[0]]], float32(1.0))

    def _padded(self, node: Node) -> tuple[int, int]:
        """The input tensor and the padding enum: SAME and VALID where they fit, else an operator of its own."""
        (name,) = node.inputs
        source, (_, height, width) = self._index[name], self._shapes[name]
        if node.padding == NO_PADDING:
            return source, VALID
        if node.padding == same_padding((height, width), node.kernel, node.stride):
            return source, SAME
        top, left, bottom, right = node.padding
        pads = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
        inputs = [source, self._constant(f"{node.name}_pads", pads)]
        shape = (1, height + top + bottom, width + left + right, self._shapes[name][0])
        code = "PAD"
        if node.op == "pool":  # a zero would win over negative values
            code = "PADV2"
            inputs.append(self._constant(f"{node.name}_lowest", np.array([LOWEST], np.float32)))
        output = self._output(f"{node.name}_pad", shape)
        self._append(code, inputs, output)
        return output, VALID

    def _operator(self, code: str, node: Node, inputs: list[int], *options: Field) -> None:
        self._append(code, inputs, self._output(node.name, _nhwc(node.shape)), *options)

    def _append(self, code: str, inputs: list[int], output: int, *options: Field) -> None:
        if code not in self._codes:
            self._codes.append(code)
        file = self._file
        self._operators.append(
            file.table(
                uint32(self._codes.index(code)),
                offset(file.integers(inputs)),
                offset(file.integers([output])),
                ubyte(OPTIONS[code]),
                offset(file.table(*options)),
            )
        )

    def _output(self, name: str, shape: tuple[int, ...]) -> int:
        return self._tensor(name, shape, "float32", 0)

    def _constant(self, name: str, array: npt.NDArray[Any]) -> int:
        self._buffers.append(self._file.table(offset(self._file.data(array))))
        return self._tensor(name, array.shape, array.dtype.name, len(self._buffers) - 1)

    def _tensor(self, name: str, shape: tuple[int, ...], dtype: str, buffer: int) -> int:
        file = self._file
        fields = (offset(file.integers(shape)), byte(TYPES[dtype]), uint32(buffer), offset(file.string(name)))
        self._tensors.append(file.table(*fields))
        self._index[name] = len(self._tensors) - 1
        return self._index[name]


def _nhwc(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1, *shape[1:], shape[0])


def _act(node: Node) -> Field:
    return byte(ACTIVATIONS[node.act])
