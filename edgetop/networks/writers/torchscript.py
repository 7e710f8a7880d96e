"""PyTorch: a graph as a traced TorchScript module, its submodules named as the nodes."""

from __future__ import annotations

import io
from typing import Any, Callable

from edgetop.networks.graph import Graph, Node


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one TorchScript file; its input is [1, C, H, W]. Needs torch."""
    import torch

    module = _module(graph).eval()
    with torch.no_grad():
        traced = torch.jit.trace(module, torch.zeros(graph.input_shape))
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    return (buffer.getvalue(),)


def _module(graph: Graph) -> Any:
    """A torch module that runs the nodes one after another."""
    import torch

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            for node in graph.nodes[1:]:
                self.add_module(node.name, _layer(node))

        def forward(self, picture: Any) -> Any:
            values = {graph.nodes[0].name: picture}
            for node in graph.nodes[1:]:
                values[node.name] = getattr(self, node.name)(*(values[name] for name in node.inputs))
            outputs = tuple(values[name] for name in graph.outputs)
            return outputs[0] if len(outputs) == 1 else outputs

    return Network()


def _layer(node: Node) -> Any:
    """The torch module of one node, with its padding before it and its activation after it."""
    import torch

    nn = torch.nn
    if node.op == "softmax":
        return nn.Softmax(dim=1)
    if node.op == "fc":
        return _with_weights(nn.Linear(node.weight_shape[1], node.shape[0]), node)
    if node.op == "gap":
        return _operation(lambda x: x.mean((2, 3)))
    if node.op == "concat":
        return _operation(lambda *parts: torch.cat(parts, 1))
    if node.op == "add":
        return _operation(lambda first, second: _activate(first + second, node.act))
    if node.op == "pool":
        return _pool(node)
    if node.op == "conv":
        return _conv(node)
    raise ValueError(f"{node.name}: no operator {node.op!r}")


def _conv(node: Node) -> Any:
    import torch

    top, left, bottom, right = node.padding
    symmetric = (top, left) == (bottom, right)
    depth = node.weight_shape[1] * node.groups
    sizes = {"kernel_size": node.kernel, "stride": node.stride, "groups": node.groups}
    conv = torch.nn.Conv2d(depth, node.shape[0], padding=(top, left) if symmetric else 0, **sizes)
    layers = [] if symmetric else [torch.nn.ZeroPad2d((left, right, top, bottom))]
    layers.append(_with_weights(conv, node))
    if node.act:
        layers.append(torch.nn.ReLU6() if node.act == "relu6" else torch.nn.ReLU())
    return torch.nn.Sequential(*layers) if len(layers) > 1 else conv


def _pool(node: Node) -> Any:
    import torch

    top, left, bottom, right = node.padding
    pool = torch.nn.MaxPool2d if node.kind == "max" else torch.nn.AvgPool2d
    layer = pool(node.kernel, node.stride)
    if not any(node.padding):
        return layer
    return torch.nn.Sequential(torch.nn.ConstantPad2d((left, right, top, bottom), float("-inf")), layer)


def _operation(function: Callable[..., Any]) -> Any:
    """A function as a module, so that it carries its node's name."""
    import torch

    class Operation(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *inputs: Any) -> Any:
            return function(*inputs)

    return Operation()


def _activate(x: Any, act: str) -> Any:
    import torch

    if act == "relu":
        return torch.relu(x)
    return torch.clamp(x, 0.0, 6.0) if act == "relu6" else x


def _with_weights(layer: Any, node: Node) -> Any:
    import torch

    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(node.weight))
        layer.bias.copy_(torch.from_numpy(node.bias))
    return layer
