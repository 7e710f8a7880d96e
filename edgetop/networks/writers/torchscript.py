"""PyTorch: a graph as TorchScript, its submodules and variables named as the nodes.

The code of ``forward`` is written as text, a line a node. Tracing would come to the same, but runs the network:
seconds, and its activations in memory, for nothing.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any, Callable

from edgetop.networks.graph import Graph, Node


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one TorchScript file; its input is [1, C, H, W]. Needs torch."""
    return saved(_module(graph))


def write_mobile(graph: Graph) -> tuple[bytes]:
    """The graph as one file for the interpreter of PyTorch Mobile; its input is [1, C, H, W]. Needs torch."""
    return saved_for_mobile(_module(graph))


def _module(graph: Graph) -> Any:
    module = weights(graph)
    module.define(source(graph))
    return module.eval()


def saved(module: Any) -> tuple[bytes]:
    """A script module as a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.pt")
        module.save(path)  # saved to memory, the weights would be there four times
        with open(path, "rb") as file:
            return (file.read(),)


def saved_for_mobile(module: Any) -> tuple[bytes]:
    """A script module as a file for PyTorch Mobile: byte code, without what only the larger interpreter reads."""
    return (module._save_to_buffer_for_lite_interpreter(),)


def weights(graph: Graph) -> Any:
    """A script module without code, which holds the weights: the graph's own arrays."""
    import torch

    # PyTorch keeps both classes for ever, and what they close over: not the graph.
    class Weights(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, node: Node) -> None:
            super().__init__()
            of_channel = (-1, 1, 1) if node.op == "scale" and len(node.shape) == 3 else (-1,)
            if node.weight is not None:
                weight = node.weight.reshape(of_channel) if node.op == "scale" else node.weight
                self.weight = torch.nn.Parameter(torch.from_numpy(weight), requires_grad=False)
            if node.bias is not None:
                bias = node.bias.reshape(of_channel)
                self.bias = torch.nn.Parameter(torch.from_numpy(bias), requires_grad=False)

    class Network(torch.jit.ScriptModule):  # type: ignore[misc]
        def __init__(self, graph: Graph) -> None:
            super().__init__()
            for node in graph.nodes[1:]:
                self.add_module(node.name, torch.jit.script(Weights(node)))

    return Network(graph)


def source(graph: Graph) -> str:
    """The code of ``forward``."""
    lines = [f"def forward(self, {graph.nodes[0].name}):"]
    for node in graph.nodes[1:]:
        expression = _EXPRESSIONS[node.op](node, *node.inputs)
        lines.append(f"    {node.name} = {_ACTIVATIONS[node.act].format(expression)}")
    lines.append(f"    return {', '.join(graph.outputs)}")
    return "".join(f"{line}\n" for line in lines)


_ACTIVATIONS = {
    "": "{}",
    "relu": "torch.relu({})",
    "relu6": "torch.ops.aten.relu6({})",
    "silu": "torch.ops.aten.silu({})",
}


def _conv(node: Node, x: str) -> str:
    top, left, bottom, right = node.padding
    padding = [top, left]
    if (top, left) != (bottom, right):
        x, padding = padded(node, x, "0.0"), [0, 0]
    stride = [node.stride] * 2
    return f"torch.conv2d({x}, {_weights(node)}, {stride}, {padding}, [1, 1], {node.groups})"


def _pool(node: Node, x: str) -> str:
    top, left, bottom, right = node.padding
    padding = [top, left]
    if (top, left) != (bottom, right) or 2 * top > node.kernel[0] or 2 * left > node.kernel[1]:
        x, padding = padded(node, x, "float('-inf')" if node.kind == "max" else "0.0"), [0, 0]
    window = f"{x}, {list(node.kernel)}, {[node.stride] * 2}, {padding}"
    return f"torch.max_pool2d({window})" if node.kind == "max" else f"torch.ops.aten.avg_pool2d({window})"


def padded(node: Node, x: str, fill: str) -> str:
    """The code that puts a node's padding around ``x``."""
    top, left, bottom, right = node.padding
    return f"torch.constant_pad_nd({x}, {[left, right, top, bottom]}, {fill})"


def shuffled(node: Node, x: str) -> str:
    """The code that shuffles the channels of ``x``."""
    channels, height, width = node.shape
    apart = [1, node.groups, channels // node.groups, height, width]
    return f"{x}.reshape({apart}).transpose(1, 2).reshape({[1, *node.shape]})"


def _concat(node: Node, *parts: str) -> str:
    return f"torch.cat([{', '.join(parts)}], 1)"


def _weights(node: Node) -> str:
    return f"self.{node.name}.weight, " + (f"self.{node.name}.bias" if node.bias is not None else "None")


_EXPRESSIONS: dict[str, Callable[..., str]] = {
    "conv": _conv,
    "scale": lambda node, x: f"torch.addcmul(self.{node.name}.bias, {x}, self.{node.name}.weight)",
    "fc": lambda node, x: f"torch.ops.aten.linear({x}, {_weights(node)})",
    "matmul": lambda node, x: f"torch.ops.aten.linear({x}, {_weights(node)})",
    "pool": _pool,
    "gap": lambda node, x: f"torch.mean({x}, [2, 3], {len(node.shape) == 3})",
    "add": lambda node, first, second: f"{first} + {second}",
    "mul": lambda node, first, second: f"{first} * {second}",
    "concat": _concat,
    "split": lambda node, x: f"{x}.narrow(1, {node.part * node.shape[0]}, {node.shape[0]})",
    "shuffle": shuffled,
    "up2": lambda node, x: f"torch.ops.aten.upsample_nearest2d({x}, {list(node.shape[1:])})",
    "act": lambda node, x: x,
    "sigmoid": lambda node, x: f"torch.sigmoid({x})",
    "softmax": lambda node, x: f"torch.softmax({x}, 1)",
}
