"""PyTorch: a graph as an ``nn.Module`` with a child for each node, under the node's name.

It is what the exporters take, and what PyTorch runs eagerly: there in the worker, so this needs torch, numpy and
the graph alone.
"""

from __future__ import annotations

from typing import Any, Callable

from edgetop.networks.graph import Graph, Node


def module(graph: Graph) -> Any:
    """A ``torch.fx.GraphModule`` that holds the graph's own arrays; ValueError for a name that Python does not take.

    Its input is [1, C, H, W]; it gives a tensor, or a tuple where the graph has several outputs.
    """
    import torch

    first, *nodes = graph.nodes
    for node in graph.nodes:
        if not node.name.isidentifier():  # it becomes a name in the code of ``forward``
            raise ValueError(f"{node.name!r} is no name")
    made = torch.fx.Graph()
    values = {first.name: made.placeholder(first.name)}
    for node in nodes:
        values[node.name] = made.call_module(node.name, tuple(values[name] for name in node.inputs))
    outputs = tuple(values[name] for name in graph.outputs)
    made.output(outputs if len(outputs) > 1 else outputs[0])
    children = {node.name: _child(torch, node) for node in nodes}
    return torch.fx.GraphModule(children, made, class_name="Network").eval()


def _child(torch: Any, node: Node) -> Any:
    operator, activation = _OPERATORS[node.op], _ACTIVATIONS[node.act]

    class Operator(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weight = _parameter(torch, node, node.weight)
            self.bias = _parameter(torch, node, node.bias)

        def forward(self, *inputs: Any) -> Any:
            return activation(torch, operator(torch, node, self, *inputs))

    Operator.__name__ = node.op
    return Operator()


def _parameter(torch: Any, node: Node, array: Any) -> Any:
    if array is None:
        return None
    if node.op == "scale" and len(node.shape) == 3:
        array = array.reshape(-1, 1, 1)
    return torch.nn.Parameter(torch.from_numpy(array), requires_grad=False)


def _conv(torch: Any, node: Node, own: Any, x: Any) -> Any:
    top, left, bottom, right = node.padding
    padding = (top, left)
    if (top, left) != (bottom, right):
        x, padding = _padded(torch, node, x, 0.0), (0, 0)
    return torch.conv2d(x, own.weight, own.bias, node.stride, padding, 1, node.groups)


def _pool(torch: Any, node: Node, own: Any, x: Any) -> Any:
    top, left, bottom, right = node.padding
    padding = (top, left)
    if (top, left) != (bottom, right) or 2 * top > node.kernel[0] or 2 * left > node.kernel[1]:
        x, padding = _padded(torch, node, x, float("-inf") if node.kind == "max" else 0.0), (0, 0)
    functions = torch.nn.functional
    pool = functions.max_pool2d if node.kind == "max" else functions.avg_pool2d
    return pool(x, node.kernel, node.stride, padding)


def _padded(torch: Any, node: Node, x: Any, fill: float) -> Any:
    top, left, bottom, right = node.padding
    return torch.nn.functional.pad(x, (left, right, top, bottom), value=fill)


def _shuffle(torch: Any, node: Node, own: Any, x: Any) -> Any:
    channels, height, width = node.shape
    apart = x.reshape(1, node.groups, channels // node.groups, height, width)
    return apart.transpose(1, 2).reshape(1, *node.shape)


def _up2(torch: Any, node: Node, own: Any, x: Any) -> Any:
    return torch.nn.functional.interpolate(x, size=node.shape[1:], mode="nearest")


def _linear(torch: Any, node: Node, own: Any, x: Any) -> Any:
    return torch.nn.functional.linear(x, own.weight, own.bias)


_ACTIVATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "": lambda torch, x: x,
    "relu": lambda torch, x: torch.relu(x),
    "relu6": lambda torch, x: torch.nn.functional.relu6(x),
    "silu": lambda torch, x: torch.nn.functional.silu(x),
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    "conv": _conv,
    "scale": lambda torch, node, own, x: torch.addcmul(own.bias, x, own.weight),
    "fc": _linear,
    "matmul": _linear,
    "pool": _pool,
    "gap": lambda torch, node, own, x: torch.mean(x, (2, 3), len(node.shape) == 3),
    "add": lambda torch, node, own, first, second: first + second,
    "mul": lambda torch, node, own, first, second: first * second,
    "concat": lambda torch, node, own, *parts: torch.cat(parts, 1),
    "split": lambda torch, node, own, x: x.narrow(1, node.part * node.shape[0], node.shape[0]),
    "shuffle": _shuffle,
    "up2": _up2,
    "act": lambda torch, node, own, x: x,
    "sigmoid": lambda torch, node, own, x: torch.sigmoid(x),
    "softmax": lambda torch, node, own, x: torch.softmax(x, 1),
}
