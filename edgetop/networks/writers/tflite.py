"""TensorFlow Lite: a graph in NHWC as a ``.tflite`` file, with nothing but ``flatbuffers``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from edgetop.networks.builder import same_padding
from edgetop.networks.graph import NO_PADDING, Graph, Node
from edgetop.networks.writers.flat import Field, FlatFile, byte, float32, int32, offset, ubyte, uint32
from edgetop.networks.writers.tflite_schema import (
    ACTIVATIONS,
    CODES,
    IDENTIFIER,
    OPTIONS,
    SAME,
    SCHEMA_VERSION,
    TYPES,
    VALID,
    VERSIONS,
)

LOWEST = np.finfo(np.float32).min
ABSENT = -1
"""In place of an operator's optional input."""


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one fp32 ``.tflite`` file; its input is [1, H, W, C]."""
    return (Writer(graph).file(),)


class Writer:
    """Writes a graph node by node, from the leaves of the file up."""

    versions = VERSIONS
    """Of operators that are not at their first."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes = {node.name: node for node in graph.nodes}
        self._file = FlatFile(4 * graph.parameters + 1024 * len(graph.nodes) + 4096)
        self._buffers = [self._file.table()]  # the first one is empty: what tensors without data point at
        self._tensors: list[int] = []
        self._index: dict[str, int] = {}
        self._codes: list[str] = []
        self._operators: list[int] = []

    def add(self, node: Node) -> None:
        """One node: its constants, a PAD before it where it needs one, its operator, and SiLU, which none includes."""
        if node.act == "silu" and node.op != "act":
            linear = replace(node, name=f"{node.name}_linear", act="")
            self.add(linear)
            self._silu(node, self._index[linear.name])
        else:
            getattr(self, f"_{node.op}")(node)

    def file(self) -> bytes:
        """The file with all nodes of the graph."""
        file, graph = self._file, self._graph
        for node in graph.nodes:
            self.add(node)
        codes = [
            # old field, custom, version
            file.table(byte(min(CODES[code], 127)), None, int32(self.versions.get(code, 1)), int32(CODES[code]))
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
        source, padding = self._padded(node)
        if node.is_depthwise:
            code, axes = "DEPTHWISE_CONV_2D", (1, 2, 3, 0)
            multiplier: tuple[Field, ...] = (int32(1),)
        else:  # with fewer channels in the weight than in the input where there are groups
            code, axes, multiplier = "CONV_2D", (0, 2, 3, 1), ()
        inputs = [source, *self._parameters(node, axes)]
        strides = (int32(node.stride), int32(node.stride))
        dilation = (int32(1), int32(1))
        self._operator(code, node, inputs, byte(padding), *strides, *multiplier, _act(node), *dilation)

    def _scale(self, node: Node) -> None:
        weight, bias = self._parameters(node, (0,))
        product = self._output(f"{node.name}_product", _nhwc(node.shape))
        self._append("MUL", [self._index[node.inputs[0]], weight], [product], byte(0))
        self._operator("ADD", node, [product, bias], _act(node))

    def _pool(self, node: Node) -> None:
        source, padding = self._padded(node)
        code = "MAX_POOL_2D" if node.kind == "max" else "AVERAGE_POOL_2D"
        height, width = node.kernel
        sizes = (int32(node.stride), int32(node.stride), int32(width), int32(height))
        self._operator(code, node, [source], byte(padding), *sizes, _act(node))

    def _gap(self, node: Node) -> None:
        axes = self._integers(f"{node.name}_axes", 1, 2)
        keep_dims = int(len(node.shape) == 3)
        self._operator("MEAN", node, [self._index[node.inputs[0]], axes], byte(keep_dims))

    def _fc(self, node: Node) -> None:
        self._operator("FULLY_CONNECTED", node, [*self._sources(node), *self._parameters(node, (0, 1))], _act(node))

    def _matmul(self, node: Node) -> None:
        """As a layer that takes every row, the input's last axes being [rows, in, 1], as one of a batch."""
        inputs = [*self._sources(node), *self._parameters(node, (0, 1))]
        self._append("FULLY_CONNECTED", inputs, [self._output(node.name, node.shape[1:])], _act(node))

    def _add(self, node: Node) -> None:
        self._operator("ADD", node, self._sources(node), _act(node))

    def _mul(self, node: Node) -> None:
        self._operator("MUL", node, self._sources(node), byte(0))

    def _concat(self, node: Node) -> None:
        axis = len(node.shape)  # NHWC keeps the channels last
        self._operator("CONCATENATION", node, self._sources(node), int32(axis), _act(node))

    def _split(self, node: Node) -> None:
        """All parts at once, with the first of them: they follow each other in the graph."""
        if node.part == 0:
            axis = self._integers(f"{node.name}_axis", len(node.shape))
            first = self._graph.nodes.index(node)
            parts = self._graph.nodes[first : first + node.parts]
            outputs = [self._output(part.name, _nhwc(part.shape)) for part in parts]
            self._append("SPLIT", [axis, *self._sources(node)], outputs, int32(node.parts))

    def _shuffle(self, node: Node) -> None:
        """Channels to [groups, n], to [n, groups], to channels.

        By way of channels first, where whole planes are moved: one transpose of the two inner axes takes LiteRT half
        as long again as these three.
        """
        channels, height, width = node.shape
        apart = (1, node.groups, channels // node.groups, height, width)
        planes = self._transposed(f"{node.name}_planes", self._index[node.inputs[0]], (1, *node.shape), (0, 3, 1, 2))
        grouped = self._reshaped(f"{node.name}_apart", planes, apart)
        swapped = (1, apart[2], apart[1], height, width)
        mixed = self._transposed(f"{node.name}_swapped", grouped, swapped, (0, 2, 1, 3, 4))
        joined = self._reshaped(f"{node.name}_joined", mixed, (1, *node.shape))
        self._transposed(node.name, joined, _nhwc(node.shape), (0, 2, 3, 1))

    def _transposed(self, name: str, source: int, shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
        output = self._output(name, shape)
        self._append("TRANSPOSE", [source, self._integers(f"{name}_order", *axes)], [output])
        return output

    def _up2(self, node: Node) -> None:
        size = self._integers(f"{node.name}_size", *node.shape[1:])
        self._operator("RESIZE_NEAREST_NEIGHBOR", node, [*self._sources(node), size], byte(0), byte(0))

    def _act(self, node: Node) -> None:
        if node.act == "silu":
            self._silu(node, self._index[node.inputs[0]])
        else:
            self._operator(node.act.upper(), node, self._sources(node))

    def _silu(self, node: Node, source: int) -> None:
        gate = self._output(f"{node.name}_sigmoid", _nhwc(node.shape))
        self._append("LOGISTIC", [source], [gate])
        self._operator("MUL", node, [source, gate], byte(0))

    def _sigmoid(self, node: Node) -> None:
        self._operator("LOGISTIC", node, self._sources(node))

    def _softmax(self, node: Node) -> None:
        self._operator("SOFTMAX", node, self._sources(node), float32(1.0))

    def _padded(self, node: Node) -> tuple[int, int]:
        """The input tensor and the padding enum: SAME and VALID where they fit, else an operator of its own."""
        (name,) = node.inputs
        source, (channels, height, width) = self._index[name], self._nodes[name].shape
        if node.padding == NO_PADDING:
            return source, VALID
        # An average over SAME padding leaves the zeros out of its count.
        if node.kind != "avg" and node.padding == same_padding((height, width), node.kernel, node.stride):
            return source, SAME
        top, left, bottom, right = node.padding
        pads = np.array([[0, 0], [top, bottom], [left, right], [0, 0]], np.int32)
        inputs = [source, self._constant(f"{node.name}_pads", pads)]
        code = "PAD"
        if node.kind == "max" and not _is_rectified(self._nodes[name]):  # a zero would win over negative values
            code = "PADV2"
            inputs.append(self._lowest(node))
        output = self._output(f"{node.name}_pad", (1, height + top + bottom, width + left + right, channels))
        self._append(code, inputs, [output])
        return output, VALID

    def _lowest(self, node: Node) -> int:
        """What no value of the node's input is below."""
        return self._constant(f"{node.name}_lowest", np.array([LOWEST], np.float32))

    def _parameters(self, node: Node, axes: tuple[int, ...]) -> tuple[int, int]:
        """The weight, its axes in this order, and the bias."""
        assert node.weight is not None
        weight = self._constant(f"{node.name}_weight", node.weight.transpose(axes))
        return weight, ABSENT if node.bias is None else self._constant(f"{node.name}_bias", node.bias)

    def _sources(self, node: Node) -> list[int]:
        return [self._index[name] for name in node.inputs]

    def _reshaped(self, name: str, source: int, shape: tuple[int, ...]) -> int:
        output = self._output(name, shape)
        self._append("RESHAPE", [source, self._integers(f"{name}_shape", *shape)], [output])
        return output

    def _operator(self, code: str, node: Node, inputs: list[int], *options: Field) -> None:
        self._append(code, inputs, [self._output(node.name, _nhwc(node.shape))], *options)

    def _append(self, code: str, inputs: list[int], outputs: list[int], *options: Field) -> None:
        if code not in self._codes:
            self._codes.append(code)
        file, kind = self._file, OPTIONS.get(code)
        self._operators.append(
            file.table(
                uint32(self._codes.index(code)),
                offset(file.integers(inputs)),
                offset(file.integers(outputs)),
                None if kind is None else ubyte(kind),
                None if kind is None else offset(file.table(*options)),
            )
        )

    def _integers(self, name: str, *values: int) -> int:
        return self._constant(name, np.array(values, np.int32))

    def _output(self, name: str, shape: tuple[int, ...]) -> int:
        return self._tensor(name, shape, "float32", 0)

    def _constant(self, name: str, array: npt.NDArray[Any]) -> int:
        return self._data(name, array)

    def _data(self, name: str, array: npt.NDArray[Any], quantization: Optional[Field] = None) -> int:
        self._buffers.append(self._file.table(offset(self._file.data(array))))
        return self._tensor(name, array.shape, array.dtype.name, len(self._buffers) - 1, quantization)

    def _tensor(
        self, name: str, shape: tuple[int, ...], dtype: str, buffer: int, quantization: Optional[Field] = None
    ) -> int:
        file = self._file
        fields = (offset(file.integers(shape)), byte(TYPES[dtype]), uint32(buffer), offset(file.string(name)))
        self._tensors.append(file.table(*fields, quantization))
        self._index[name] = len(self._tensors) - 1
        return self._index[name]


def _nhwc(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1, *shape[1:], shape[0])


def _act(node: Node) -> Field:
    return byte(ACTIVATIONS[node.act])


def _is_rectified(node: Node) -> bool:
    return node.act in ("relu", "relu6")
