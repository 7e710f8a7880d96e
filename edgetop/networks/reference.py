"""Runs a graph in plain numpy, in float64: slow, and independent of every framework and writer."""

from __future__ import annotations

import math
from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from edgetop.networks.graph import Array, Graph, Node

Wide = npt.NDArray[np.float64]


def activations(graph: Graph, picture: npt.NDArray[Any]) -> dict[str, Wide]:
    """The output of every node for a [1, C, H, W] input, without the batch; ValueError for another shape."""
    if picture.shape != graph.input_shape:
        raise ValueError(f"input {picture.shape}, wanted {graph.input_shape}")
    values = {graph.nodes[0].name: picture[0].astype(np.float64)}
    for node in graph.nodes[1:]:
        values[node.name] = _run(node, [values[name] for name in node.inputs])
    return values


def run(graph: Graph, picture: npt.NDArray[Any]) -> list[Wide]:
    """The graph's outputs for a [1, C, H, W] input, each with batch 1."""
    values = activations(graph, picture)
    return [values[name][None] for name in graph.outputs]


def _run(node: Node, inputs: list[Wide]) -> Wide:
    if node.op not in _OPERATORS:
        raise ValueError(f"{node.name}: no operator {node.op!r}")
    return _ACTIVATIONS[node.act](_OPERATORS[node.op](node, *inputs))


def _conv(node: Node, x: Wide) -> Wide:
    """The sum over the kernel's places of its weights there times what of the input lies below them."""
    weight, bias = _weight(node), _bias(node)
    outputs, depth, height, width = node.weight_shape
    windows = _windows(node, x, 0.0)
    grouped = weight.reshape(node.groups, outputs // node.groups, depth, height, width)
    total = np.zeros((node.groups, outputs // node.groups, math.prod(node.shape[1:])))
    for i in range(height):
        for j in range(width):
            total += grouped[..., i, j] @ windows[..., i, j].reshape(node.groups, depth, -1)
    result: Wide = total.reshape(node.shape) + bias[:, None, None]
    return result


def _scale(node: Node, x: Wide) -> Wide:
    of_channel = (slice(None), *(None,) * (x.ndim - 1))
    result: Wide = x * _weight(node)[of_channel] + _bias(node)[of_channel]
    return result


def _pool(node: Node, x: Wide) -> Wide:
    windows = _windows(node, x, -np.inf if node.kind == "max" else 0.0)
    result: Wide = windows.max(axis=(3, 4)) if node.kind == "max" else windows.mean(axis=(3, 4))
    return result


def _softmax(node: Node, x: Wide) -> Wide:
    exponents = np.exp(x - x.max())
    result: Wide = exponents / exponents.sum()
    return result


def _shuffle(node: Node, x: Wide) -> Wide:
    result: Wide = x.reshape(node.groups, -1, *x.shape[1:]).swapaxes(0, 1).reshape(x.shape)
    return result


_OPERATORS: dict[str, Callable[..., Wide]] = {
    "conv": _conv,
    "scale": _scale,
    "fc": lambda node, x: _weight(node) @ x + _bias(node),
    "matmul": lambda node, x: x @ _weight(node).T,
    "pool": _pool,
    "gap": lambda node, x: x.mean(axis=(1, 2)).reshape(node.shape),
    "add": lambda node, first, second: first + second,
    "mul": lambda node, first, second: first * second,
    "concat": lambda node, *parts: np.concatenate(parts),
    "split": lambda node, x: np.split(x, node.parts)[node.part],
    "shuffle": _shuffle,
    "up2": lambda node, x: x.repeat(2, axis=1).repeat(2, axis=2),
    "act": lambda node, x: x,
    "sigmoid": lambda node, x: _sigmoid(x),
    "softmax": _softmax,
}


def _windows(node: Node, x: Wide, fill: float) -> Wide:
    """[C, OH, OW, KH, KW]: what the kernel sees at every position of the output."""
    top, left, bottom, right = node.padding
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right)), constant_values=fill)
    windows: Wide = sliding_window_view(padded, (1, *node.kernel))[:, :, :, 0]
    return windows[:, :: node.stride, :: node.stride]


def _weight(node: Node) -> Wide:
    return _wide(node, node.weight)


def _bias(node: Node) -> Wide:
    return _wide(node, node.bias)


def _wide(node: Node, array: Optional[Array]) -> Wide:
    if array is None:
        raise ValueError(f"{node.name} has no weights yet")
    return array.astype(np.float64)


def _sigmoid(x: Wide) -> Wide:
    result: Wide = 1.0 / (1.0 + np.exp(-x))
    return result


_ACTIVATIONS: dict[str, Callable[[Wide], Wide]] = {
    "": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "relu6": lambda x: np.clip(x, 0.0, 6.0),
    "silu": lambda x: x * _sigmoid(x),
}
