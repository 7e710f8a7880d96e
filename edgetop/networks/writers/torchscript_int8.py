"""PyTorch in int8: a graph as TorchScript of the ``quantized`` operators, inputs and outputs in fp32.

Weights are kept as whole numbers and packed when the file is loaded, for the engine that is then chosen (x86,
qnnpack …). Values are stored in uint8, the same steps counted from 0, which is what those operators compute in.
"""

from __future__ import annotations

from typing import Any, Callable

from edgetop.networks.graph import NO_PADDING, Node
from edgetop.networks.quantize import HIGHEST, LOWEST, QuantizedGraph, Scale, StoredWeights
from edgetop.networks.writers.torchscript import padded, saved, saved_for_mobile, shuffled

OUTPUT_CHANNELS = 0
"""Their axis in a weight."""
RELU6 = 6.0


def write(graph: QuantizedGraph) -> tuple[bytes]:
    """The graph as one TorchScript file; its input is [1, C, H, W]. Needs torch."""
    return saved(_module(graph))


def write_mobile(graph: QuantizedGraph) -> tuple[bytes]:
    """The graph as one file for the interpreter of PyTorch Mobile; its input is [1, C, H, W]. Needs torch."""
    return saved_for_mobile(_module(graph))


def _module(graph: QuantizedGraph) -> Any:
    module = _weights(graph)
    module.define(source(graph))
    return module.eval()


def source(graph: QuantizedGraph) -> str:
    """The code of ``forward``."""
    first, *nodes = graph.nodes
    lines = [
        f"def forward(self, {first.name}):",
        f"    {first.name} = {_rounded(first.name, graph.scales[first.name])}",
    ]
    for node in nodes:
        lines.append(f"    {node.name} = {_EXPRESSIONS[node.op](node, graph.scales[node.name], *node.inputs)}")
    lines.append(f"    return {', '.join(f'{name}.dequantize()' for name in graph.outputs)}")
    return "".join(f"{line}\n" for line in lines)


def _weights(graph: QuantizedGraph) -> Any:
    """A script module without code, which holds the packed weights."""
    import torch

    # PyTorch keeps both classes for ever, and what they close over: not the graph.
    class Weights(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, graph: QuantizedGraph, node: Node) -> None:
            super().__init__()
            if node.weight is not None:
                self.packed = _packed(torch, node, graph.stored(node))

    class Network(torch.jit.ScriptModule):  # type: ignore[misc]
        def __init__(self, graph: QuantizedGraph) -> None:
            super().__init__()
            for node in graph.nodes[1:]:
                self.add_module(node.name, torch.jit.script(Weights(graph, node)))

    return Network(graph)


def _packed(torch: Any, node: Node, stored: StoredWeights) -> Any:
    weight, scales = torch.from_numpy(stored.weight), torch.from_numpy(stored.scales).double()
    bias = None if node.bias is None else torch.from_numpy(stored.bias * stored.bias_scales).float()
    if node.op != "conv":
        whole = torch._make_per_tensor_quantized_tensor(weight, float(scales), 0)
        return torch.ops.quantized.linear_prepack(whole, bias)
    zeros = torch.zeros(len(scales), dtype=torch.int64)
    whole = torch._make_per_channel_quantized_tensor(weight, scales, zeros, OUTPUT_CHANNELS)
    padding = [0, 0] if _is_lopsided(node) else list(node.padding[:2])
    return torch.ops.quantized.conv2d_prepack(whole, bias, [node.stride] * 2, padding, [1, 1], node.groups)


def _is_lopsided(node: Node) -> bool:
    return node.padding[:2] != node.padding[2:]


def _told(scale: Scale) -> str:
    """A scale as the operators take it: its step, and where zero is."""
    return f"{scale.scale!r}, {scale.zero_point - LOWEST}"


def _rounded(x: str, scale: Scale) -> str:
    return f"torch.quantize_per_tensor({x}, {_told(scale)}, torch.quint8)"


def _cut(node: Node, scale: Scale, name: str, operands: str) -> str:
    """An operator with its activation: no value above six is stored where the scale does not reach beyond."""
    fused = f"torch.ops.quantized.{name}{'_relu' if node.act else ''}({operands}, {_told(scale)})"
    beyond = (HIGHEST - scale.zero_point) * scale.scale > RELU6
    return f"torch.ops.quantized.relu6({fused}, False)" if node.act == "relu6" and beyond else fused


def _conv(node: Node, scale: Scale, x: str) -> str:
    if _is_lopsided(node):
        x = padded(node, x, "0.0")
    return _cut(node, scale, "conv2d", f"{x}, self.{node.name}.packed")


def _linear(node: Node, scale: Scale, x: str) -> str:
    return _cut(node, scale, "linear", f"{x}, self.{node.name}.packed")


def _pool(node: Node, scale: Scale, x: str) -> str:
    if node.padding != NO_PADDING:
        lowest = (LOWEST - scale.zero_point) * scale.scale
        x = padded(node, x, repr(lowest) if node.kind == "max" else "0.0")
    window = f"{x}, {list(node.kernel)}, {[node.stride] * 2}"
    return f"torch.max_pool2d({window})" if node.kind == "max" else f"torch.ops.aten.avg_pool2d({window})"


def _exactly(expression: str) -> Callable[..., str]:
    """An operator on few values that is computed in fp32: its kernel keeps the scale of its input, or is not there."""
    return lambda node, scale, x: _rounded(expression.format(x=f"{x}.dequantize()", keep=len(node.shape) == 3), scale)


_ACTS = {"relu": _exactly("torch.relu({x})"), "relu6": _exactly("torch.ops.aten.relu6({x})")}
_EXPRESSIONS: dict[str, Callable[..., str]] = {
    "conv": _conv,
    "fc": _linear,
    "matmul": _linear,
    "pool": _pool,
    "gap": _exactly("torch.mean({x}, [2, 3], {keep})"),
    "add": lambda node, scale, first, second: _cut(node, scale, "add", f"{first}, {second}"),
    "mul": lambda node, scale, first, second: f"torch.ops.quantized.mul({first}, {second}, {_told(scale)})",
    "concat": lambda node, scale, *parts: f"torch.ops.quantized.cat([{', '.join(parts)}], 1, {_told(scale)})",
    "split": lambda node, scale, x: f"{x}.narrow(1, {node.part * node.shape[0]}, {node.shape[0]})",
    "shuffle": lambda node, scale, x: shuffled(node, x),
    "up2": lambda node, scale, x: f"torch.ops.aten.upsample_nearest2d({x}, {list(node.shape[1:])})",
    "act": lambda node, scale, x: _ACTS[node.act](node, scale, x),
    "sigmoid": lambda node, scale, x: f"torch.ops.quantized.sigmoid({x}, {_told(scale)})",
    "softmax": _exactly("torch.softmax({x}, 1)"),
}
