"""Runs a graph in plain numpy, in float64: slow, and independent of every framework and writer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from edgetop.networks.graph import Graph, Node

Wide = npt.NDArray[np.float64]


def activations(graph: Graph, picture: npt.NDArray[Any]) -> dict[str, Wide]:
    """The output of every node for a [1, C, H, W] input, without the batch; ValueError for another shape."""
    if picture.shape != graph.input_shape:
        raise ValueError(f"input {picture.shape}, wanted {graph.input_shape}")
    values = {graph.nodes[0].name: picture[0].astype(np.float64)}
    for node in graph.nodes[1:]:
        values[node.name] = _activate(_run(node, [values[name] for name in node.inputs]), node.act)
    return values


def run(graph: Graph, picture: npt.NDArray[Any]) -> list[Wide]:
    """The graph's outputs for a [1, C, H, W] input, each with batch 1."""
    values = activations(graph, picture)
    return [values[name][None] for name in graph.outputs]


def _run(node: Node, inputs: list[Wide]) -> Wide:
    x = inputs[0]
    result: Wide
    if node.op == "conv":
        result = _conv(node, x)
    elif node.op == "pool":
        windows = _windows(node, x, -np.inf)
        result = windows.max(axis=(3, 4)) if node.kind == "max" else windows.mean(axis=(3, 4))
    elif node.op == "gap":
        result = x.mean(axis=(1, 2))
    elif node.op == "fc":
        weight, bias = _parameters(node)
        result = weight @ x + bias
    elif node.op == "add":
        result = x + inputs[1]
    elif node.op == "concat":
        result = np.concatenate(inputs)
    elif node.op == "softmax":
        exponents = np.exp(x - x.max())
        result = exponents / exponents.sum()
    else:
        raise ValueError(f"{node.name}: no operator {node.op!r}")
    return result


def _conv(node: Node, x: Wide) -> Wide:
    weight, bias = _parameters(node)
    windows = _windows(node, x, 0.0)
    depth = node.weight_shape[1]
    outputs = node.weight_shape[0] // node.groups
    parts = []
    for group in range(node.groups):
        w = weight[group * outputs : (group + 1) * outputs]
        parts.append(np.tensordot(w, windows[group * depth : (group + 1) * depth], ([1, 2, 3], [0, 3, 4])))
    result: Wide = np.concatenate(parts) + bias[:, None, None]
    return result


def _windows(node: Node, x: Wide, fill: float) -> Wide:
    """[C, OH, OW, KH, KW]: what the kernel sees at every position of the output."""
    top, left, bottom, right = node.padding
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right)), constant_values=fill)
    windows: Wide = sliding_window_view(padded, (1, *node.kernel))[:, :, :, 0]
    return windows[:, :: node.stride, :: node.stride]


def _parameters(node: Node) -> tuple[Wide, Wide]:
    if node.weight is None or node.bias is None:
        raise ValueError(f"{node.name} has no weights yet")
    return node.weight.astype(np.float64), node.bias.astype(np.float64)


def _activate(x: Wide, act: str) -> Wide:
    if act == "relu":
        return np.maximum(x, 0.0)
    return np.clip(x, 0.0, 6.0) if act == "relu6" else x
