"""Runs a graph in plain numpy, in float64 if not asked for less: independent of every framework and writer."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import reduce
from typing import Any, Callable, Optional

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from edgetop.networks.graph import NO_PADDING, Array, Graph, Node

Wide = npt.NDArray[np.floating[Any]]
Change = Callable[[str, Wide], Wide]
"""What becomes of the output of a node, told by its name, before other nodes read it."""


def unchanged(name: str, values: Wide) -> Wide:
    """The values themselves."""
    return values


def activations(
    graph: Graph,
    picture: npt.NDArray[Any],
    dtype: npt.DTypeLike = np.float64,
    change: Change = unchanged,
    keep: Optional[Collection[str]] = None,
) -> dict[str, Wide]:
    """The output of every node for a [1, C, H, W] input, without the batch; ValueError for another shape.

    It is computed in ``dtype``, float64 or float32, the faster by half. Outputs of nodes not in ``keep``, where
    that is given, are dropped when the last node has read them.
    """
    if picture.shape != graph.input_shape:
        raise ValueError(f"input {picture.shape}, wanted {graph.input_shape}")
    source = graph.nodes[0].name
    last = {name: node.name for node in graph.nodes for name in node.inputs}
    values = {source: change(source, picture[0].astype(dtype))}
    for node in graph.nodes[1:]:
        values[node.name] = change(node.name, _run(node, [values[name] for name in node.inputs]))
        if keep is not None:
            for name in {name for name in node.inputs if last[name] == node.name and name not in keep}:
                del values[name]
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
    weight, bias = _parameters(node, x)
    outputs, depth, height, width = node.weight_shape
    windows = _windows(node, x, 0.0)
    grouped = weight.reshape(node.groups, outputs // node.groups, depth, height, width)
    places = np.ascontiguousarray(grouped.transpose(3, 4, 0, 1, 2))  # BLAS takes matrices whose rows lie in one piece
    total = np.zeros((node.groups, outputs // node.groups, math.prod(node.shape[1:])), x.dtype)
    product = np.matmul if depth > 1 else np.multiply
    for i in range(height):
        for j in range(width):
            total += product(places[i, j], windows[..., i, j].reshape(node.groups, depth, -1))
    total = total.reshape(node.shape)
    total += bias[:, None, None]
    return total


def _scale(node: Node, x: Wide) -> Wide:
    of_channel = (slice(None), *(None,) * (x.ndim - 1))
    weight, bias = _parameters(node, x)
    result: Wide = x * weight[of_channel] + bias[of_channel]
    return result


def _fc(node: Node, x: Wide) -> Wide:
    weight, bias = _parameters(node, x)
    result: Wide = weight @ x + bias
    return result


def _pool(node: Node, x: Wide) -> Wide:
    windows = _windows(node, x, -np.inf if node.kind == "max" else 0.0)
    places = [windows[..., i, j] for i in range(node.kernel[0]) for j in range(node.kernel[1])]
    return reduce(np.maximum, places) if node.kind == "max" else reduce(np.add, places) / len(places)


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
    "fc": _fc,
    "matmul": lambda node, x: x @ _of_type(node, node.weight, x).T,
    "pool": _pool,
    "gap": lambda node, x: x.mean(axis=(1, 2)).reshape(node.shape),
    "add": lambda node, first, second: first + second,
    "mul": lambda node, first, second: first * second,
    "concat": lambda node, *parts: np.concatenate(parts),
    "split": lambda node, x: np.split(x, node.parts)[node.part],
    "shuffle": _shuffle,
    "up2": lambda node, x: x.repeat(2, axis=1).repeat(2, axis=2)[:, : node.shape[1], : node.shape[2]],
    "act": lambda node, x: x,
    "sigmoid": lambda node, x: _sigmoid(x),
    "softmax": _softmax,
}


def _windows(node: Node, x: Wide, fill: float) -> Wide:
    """[C, OH, OW, KH, KW]: what the kernel sees at every position of the output."""
    padded = x
    if node.padding != NO_PADDING:
        top, left, bottom, right = node.padding
        padded = np.pad(x, ((0, 0), (top, bottom), (left, right)), constant_values=fill)
    windows: Wide = sliding_window_view(padded, (1, *node.kernel))[:, :, :, 0]
    return windows[:, :: node.stride, :: node.stride]


def _parameters(node: Node, x: Wide) -> tuple[Wide, Wide]:
    return _of_type(node, node.weight, x), _of_type(node, node.bias, x)


def _of_type(node: Node, array: Optional[Array], x: Wide) -> Wide:
    if array is None:
        raise ValueError(f"{node.name} has no weights yet")
    return array.astype(x.dtype, copy=False)


def _sigmoid(x: Wide) -> Wide:
    result: Wide = np.exp(-x)
    result += 1.0
    return np.reciprocal(result, out=result)


_ACTIVATIONS: dict[str, Callable[[Wide], Wide]] = {
    "": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "relu6": lambda x: np.clip(x, 0.0, 6.0),
    "silu": lambda x: x * _sigmoid(x),
}
