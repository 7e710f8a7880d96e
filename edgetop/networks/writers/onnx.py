"""ONNX: a graph as one ``.onnx`` file, without protobuf or the onnx package.

In fp16 the weights alone are halved, and cast to fp32 before they are used: ONNX Runtime does that once, when
it loads the file. Of fp16 arithmetic it has kernels for few CPUs, and on others casts at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.graph import Array, Graph, Node
from edgetop.networks.writers import onnx_messages
from edgetop.networks.writers.half import half
from edgetop.networks.writers.onnx_messages import GRAPH_INPUT, GRAPH_OUTPUT, TYPES, Attribute
from edgetop.networks.writers.protobuf import Message

CHANNELS = 1
"""Their axis."""


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one fp32 ``.onnx`` file; its input is [1, C, H, W]."""
    return (Writer(graph, halved=False).file(),)


def write_fp16(graph: Graph) -> tuple[bytes]:
    """The same with weights and biases stored in fp16; raises ValueError where one does not fit."""
    return (Writer(graph, halved=True).file(),)


class Writer:
    """Each node becomes operators of which the first has the node's name, and the last one's output has it too."""

    def __init__(self, graph: Graph, *, halved: bool) -> None:
        self._graph = graph
        self._halved = halved
        self._operators: list[Message] = []
        self._constants: dict[str, Message] = {}
        self._nodes(graph)

    def file(self) -> bytes:
        """The file's bytes."""
        graph = self._graph
        outputs = (onnx_messages.value(GRAPH_OUTPUT, name, (1, *graph.node(name).shape)) for name in graph.outputs)
        source = onnx_messages.value(GRAPH_INPUT, graph.nodes[0].name, graph.input_shape)
        return onnx_messages.model(graph.name, (*self._operators, *self._constants.values(), source, *outputs))

    def _nodes(self, graph: Graph) -> None:
        for node in graph.nodes[1:]:
            self._node(node)

    def _node(self, node: Node) -> None:
        """A node's operator, which gives its name, and behind it that of its activation."""
        if node.op == "act":
            getattr(self, f"_{node.act}")(node, node.name, node.inputs[0])
        elif node.act:
            linear = f"{node.name}_linear"
            getattr(self, f"_{node.op}")(node, linear)
            getattr(self, f"_{node.act}")(node, f"{node.name}_{node.act}", linear)
        else:
            getattr(self, f"_{node.op}")(node, node.name)

    def _conv(self, node: Node, output: str) -> None:
        self._append(
            "Conv", node.name, (*node.inputs, *self._parameters(node)), output, group=node.groups, **_window(node)
        )

    def _pool(self, node: Node, output: str) -> None:
        if node.kind == "max":
            self._append("MaxPool", node.name, node.inputs, output, **_window(node))
        else:
            self._append("AveragePool", node.name, node.inputs, output, count_include_pad=1, **_window(node))

    def _gap(self, node: Node, output: str) -> None:
        picture = output if len(node.shape) > 1 else f"{node.name}_picture"
        self._append("GlobalAveragePool", node.name, node.inputs, picture)
        if picture != output:
            self._append("Flatten", f"{node.name}_flatten", (picture,), output)

    def _fc(self, node: Node, output: str) -> None:
        self._append("Gemm", node.name, (*node.inputs, *self._parameters(node)), output, transB=1)

    def _matmul(self, node: Node, output: str) -> None:
        self._append("MatMul", node.name, (*node.inputs, self._transposed(node)), output)

    def _scale(self, node: Node, output: str) -> None:
        assert node.weight is not None and node.bias is not None
        of_channel = (-1, *(1,) * (len(node.shape) - 1))
        weight = self._weight(f"{node.name}_weight", node.weight.reshape(of_channel))
        bias = self._weight(f"{node.name}_bias", node.bias.reshape(of_channel))
        product = self._append("Mul", node.name, (*node.inputs, weight), f"{node.name}_product")
        self._append("Add", f"{node.name}_add", (product, bias), output)

    def _add(self, node: Node, output: str) -> None:
        self._append("Add", node.name, node.inputs, output)

    def _mul(self, node: Node, output: str) -> None:
        self._append("Mul", node.name, node.inputs, output)

    def _split(self, node: Node, output: str) -> None:
        size = node.shape[0]
        limits = (self._shape(node.part * size), self._shape((node.part + 1) * size), self._shape(CHANNELS))
        self._append("Slice", node.name, (*node.inputs, *limits), output)

    def _shuffle(self, node: Node, output: str) -> None:
        channels, *size = node.shape
        grouped = self._shape(1, node.groups, channels // node.groups, *size)
        apart = self._append("Reshape", node.name, (*node.inputs, grouped), f"{node.name}_groups")
        turned = f"{node.name}_turned"
        self._append("Transpose", f"{node.name}_transpose", (apart,), turned, perm=(0, 2, 1, 3, 4))
        self._append("Reshape", f"{node.name}_reshape", (turned, self._shape(1, *node.shape)), output)

    def _up2(self, node: Node, output: str) -> None:
        how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        self._append("Resize", node.name, (*node.inputs, "", "", self._shape(1, *node.shape)), output, **how)

    def _sigmoid(self, node: Node, output: str) -> None:
        self._append("Sigmoid", node.name, node.inputs, output)

    def _concat(self, node: Node, output: str) -> None:
        self._append("Concat", node.name, node.inputs, output, axis=CHANNELS)

    def _softmax(self, node: Node, output: str) -> None:
        self._append("Softmax", node.name, node.inputs, output, axis=CHANNELS)

    def _relu(self, node: Node, name: str, source: str) -> None:
        self._append("Relu", name, (source,), node.name)

    def _relu6(self, node: Node, name: str, source: str) -> None:
        limits = (self._constant("zero", np.float32(0)), self._constant("six", np.float32(6)))
        self._append("Clip", name, (source, *limits), node.name)

    def _silu(self, node: Node, name: str, source: str) -> None:
        gate = self._append("Sigmoid", f"{node.name}_gate", (source,), f"{node.name}_gate")
        self._append("Mul", name, (source, gate), node.name)

    def _transposed(self, node: Node) -> str:
        assert node.weight is not None
        return self._weight(f"{node.name}_weight", node.weight.T)

    def _parameters(self, node: Node) -> tuple[str, str]:
        """The names of weight and bias, which are in the file once for all nodes that share them."""
        assert node.weight is not None and node.bias is not None
        owner = node.weights_of or node.name
        return self._weight(f"{owner}_weight", node.weight), self._weight(f"{owner}_bias", node.bias)

    def _weight(self, name: str, array: Array) -> str:
        if not self._halved:
            return self._constant(name, array)
        if f"{name}_fp16" not in self._constants:
            stored = self._constant(f"{name}_fp16", half(name, array))
            self._append("Cast", f"{name}_cast", (stored,), name, to=TYPES["float32"])
        return name

    def _constant(self, name: str, array: npt.ArrayLike) -> str:
        if name not in self._constants:
            self._constants[name] = onnx_messages.constant(name, np.asarray(array))
        return name

    def _shape(self, *sizes: int) -> str:
        return self._constant("shape_" + "_".join(map(str, sizes)), np.array(sizes, np.int64))

    def _append(self, kind: str, name: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> str:
        self._operators.append(onnx_messages.operator(kind, name, inputs, (output,), attributes))
        return output


def _window(node: Node) -> dict[str, Any]:
    return {"kernel_shape": node.kernel, "strides": (node.stride, node.stride), "pads": node.padding}
