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
        # Its own check would run the network twice more; that it is right is for tests to say.
        traced = torch.jit.trace(module, torch.zeros(graph.input_shape), check_trace=False)
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

    if node.op not in _LAYERS:
        raise ValueError(f"{node.name}: no operator {node.op!r}")
    layer = _LAYERS[node.op](node)
    if not node.act:
        return layer
    activation = _activation(node.act)
    if len(node.inputs) > 1:
        return _operation(lambda *inputs: activation(layer(*inputs)))
    return torch.nn.Sequential(layer, activation)


def _activation(act: str) -> Any:
    import torch

    return {"relu": torch.nn.ReLU, "relu6": torch.nn.ReLU6, "silu": torch.nn.SiLU}[act]()


def _conv(node: Node) -> Any:
    import torch

    top, left, bottom, right = node.padding
    symmetric = (top, left) == (bottom, right)
    depth = node.weight_shape[1] * node.groups
    sizes = {"kernel_size": node.kernel, "stride": node.stride, "groups": node.groups}
    padding = (top, left) if symmetric else 0
    conv = _with_weights(torch.nn.Conv2d(depth, node.shape[0], padding=padding, **sizes, device="meta"), node)
    return conv if symmetric else torch.nn.Sequential(torch.nn.ZeroPad2d((left, right, top, bottom)), conv)


def _scale(node: Node) -> Any:
    """Each channel's weight and bias, as parameters of the module."""
    import torch

    class Scale(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.weight = self.bias = None

        def forward(self, x: Any) -> Any:
            return torch.addcmul(self.bias, x, self.weight)

    scale = _with_weights(Scale(), node)
    of_channel = (-1, *(1,) * (len(node.shape) - 1))
    scale.weight, scale.bias = (torch.nn.Parameter(p.reshape(of_channel), False) for p in (scale.weight, scale.bias))
    return scale


def _linear(node: Node) -> Any:
    import torch

    outputs, inputs = node.weight_shape
    return _with_weights(torch.nn.Linear(inputs, outputs, bias=node.bias is not None, device="meta"), node)


def _pool(node: Node) -> Any:
    import torch

    top, left, bottom, right = node.padding
    pool = torch.nn.MaxPool2d if node.kind == "max" else torch.nn.AvgPool2d
    symmetric = (top, left) == (bottom, right) and 2 * top <= node.kernel[0] and 2 * left <= node.kernel[1]
    if symmetric:
        return pool(node.kernel, node.stride, (top, left))
    fill = float("-inf") if node.kind == "max" else 0.0
    return torch.nn.Sequential(torch.nn.ConstantPad2d((left, right, top, bottom), fill), pool(node.kernel, node.stride))


def _shuffle(node: Node) -> Any:
    channels, height, width = node.shape
    apart = (1, node.groups, channels // node.groups, height, width)
    return _operation(lambda x: x.reshape(apart).transpose(1, 2).reshape(1, channels, height, width))


def _operation(function: Callable[..., Any]) -> Any:
    """A function as a module, so that it carries its node's name."""
    import torch

    class Operation(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *inputs: Any) -> Any:
            return function(*inputs)

    return Operation()


def _gap(node: Node) -> Any:
    return _operation(lambda x: x.mean((2, 3), keepdim=len(node.shape) == 3))


def _concat(node: Node) -> Any:
    import torch

    return _operation(lambda *parts: torch.cat(parts, 1))


def _split(node: Node) -> Any:
    size = node.shape[0]
    return _operation(lambda x: x.narrow(1, node.part * size, size))


def _module_named(name: str, **how: Any) -> Callable[[Node], Any]:
    def make(node: Node) -> Any:
        import torch

        return getattr(torch.nn, name)(**how)

    return make


_LAYERS: dict[str, Callable[[Node], Any]] = {
    "conv": _conv,
    "scale": _scale,
    "fc": _linear,
    "matmul": _linear,
    "pool": _pool,
    "gap": _gap,
    "add": lambda node: _operation(lambda first, second: first + second),
    "mul": lambda node: _operation(lambda first, second: first * second),
    "concat": _concat,
    "split": _split,
    "shuffle": _shuffle,
    "up2": _module_named("UpsamplingNearest2d", scale_factor=2),
    "act": _module_named("Identity"),
    "sigmoid": _module_named("Sigmoid"),
    "softmax": _module_named("Softmax", dim=1),
}


def _with_weights(layer: Any, node: Node) -> Any:
    """The layer with the graph's own arrays for weights: the shapeless ones it was made with are never filled."""
    import torch

    layer.weight = torch.nn.Parameter(torch.from_numpy(node.weight), requires_grad=False)
    if node.bias is not None:
        layer.bias = torch.nn.Parameter(torch.from_numpy(node.bias), requires_grad=False)
    return layer
