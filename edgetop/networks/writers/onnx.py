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


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one fp32 ``.onnx`` file; its input is [1, C, H, W]."""
    return (_Writer(graph, halved=False).file(),)


def write_fp16(graph: Graph) -> tuple[bytes]:
    """The same with weights and biases stored in fp16; raises ValueError where one does not fit."""
    return (_Writer(graph, halved=True).file(),)


class _Writer:
    """Each node becomes operators of which the first has the node's name, and the last one's output has it too."""

    def __init__(self, graph: Graph, *, halved: bool) -> None:
        self._graph = graph
        self._halved = halved
        self._operators: list[Message] = []
        self._constants: dict[str, Message] = {}
        for node in graph.nodes[1:]:
            output = f"{node.name}_linear" if node.act else node.name
            getattr(self, f"_{node.op}")(node, output)
            if node.act:
                getattr(self, f"_{node.act}")(node, output)

    def file(self) -> bytes:
        graph = self._graph
        outputs = (onnx_messages.value(GRAPH_OUTPUT, name, (1, *graph.node(name).shape)) for name in graph.outputs)
        source = onnx_messages.value(GRAPH_INPUT, graph.nodes[0].name, graph.input_shape)
        return onnx_messages.model(graph.name, (*self._operators, *self._constants.values(), source, *outputs))

    def _conv(self, node: Node, output: str) -> None:
        self._append(
            "Conv", node.name, (*node.inputs, *self._parameters(node)), output, group=node.groups, **_window(node)
        )

    def _pool(self, node: Node, output: str) -> None:
        self._append(
            "MaxPool" if node.kind == "max" else "AveragePool", node.name, node.inputs, output, **_window(node)
        )

    def _gap(self, node: Node, output: str) -> None:
        mean = self._append("GlobalAveragePool", node.name, node.inputs, f"{node.name}_mean")
        self._append("Flatten", f"{node.name}_flatten", (mean,), output)

    def _fc(self, node: Node, output: str) -> None:
        self._append("Gemm", node.name, (*node.inputs, *self._parameters(node)), output, transB=1)

    def _add(self, node: Node, output: str) -> None:
        self._append("Add", node.name, node.inputs, output)

    def _concat(self, node: Node, output: str) -> None:
        self._append("Concat", node.name, node.inputs, output, axis=1)

    def _softmax(self, node: Node, output: str) -> None:
        self._append("Softmax", node.name, node.inputs, output, axis=1)

    def _relu(self, node: Node, source: str) -> None:
        self._append("Relu", f"{node.name}_relu", (source,), node.name)

    def _relu6(self, node: Node, source: str) -> None:
        limits = (self._constant("zero", np.float32(0)), self._constant("six", np.float32(6)))
        self._append("Clip", f"{node.name}_relu6", (source, *limits), node.name)

    def _parameters(self, node: Node) -> tuple[str, str]:
        assert node.weight is not None and node.bias is not None
        return self._weight(f"{node.name}_weight", node.weight), self._weight(f"{node.name}_bias", node.bias)

    def _weight(self, name: str, array: Array) -> str:
        if not self._halved:
            return self._constant(name, array)
        stored = self._constant(f"{name}_fp16", half(name, array))
        return self._append("Cast", f"{name}_cast", (stored,), name, to=TYPES["float32"])

    def _constant(self, name: str, array: npt.ArrayLike) -> str:
        if name not in self._constants:
            self._constants[name] = onnx_messages.constant(name, np.asarray(array))
        return name

    def _append(self, kind: str, name: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> str:
        self._operators.append(onnx_messages.operator(kind, name, inputs, (output,), attributes))
        return output


def _window(node: Node) -> dict[str, Any]:
    return {"kernel_shape": node.kernel, "strides": (node.stride, node.stride), "pads": node.padding}
