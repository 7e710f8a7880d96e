"""Channels that stay far below the others of their node, raised so that they use its steps of int8 too.

A depthwise convolution has a scale for each channel's weights: what is raised before it is lowered in it at no loss.
Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.1, by ranges
of values rather than of weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

import numpy as np

from edgetop.networks.graph import Array, Graph, Node
from edgetop.networks.quantize_ranges import Channels, Seen
from edgetop.networks.reference import Wide

SPREADS = 8
"""Standard deviations above its mean that a channel may reach on pictures not calibrated on."""
MOST = 64.0
SMALLEST = 2.0**-100
"""To divide by, where a node gives nothing."""
PARTS = 8
"""Factors are whole eighths, rounded down, so that the last bits of a platform's arithmetic do not tell."""
RECTIFIED = ("relu", "relu6")

Factors = Mapping[str, Wide]
"""For nodes by name, by what each channel is raised."""


def raisable(graph: Graph) -> frozenset[str]:
    """Rectified convolutions that depthwise ones alone read."""
    candidates = {node.name for node in graph.nodes if node.op == "conv" and node.act in RECTIFIED}
    read = {name for node in graph.nodes if node.is_depthwise for name in node.inputs}
    otherwise = {name for node in graph.nodes if not node.is_depthwise for name in node.inputs}
    return frozenset(candidates & read - otherwise - set(graph.outputs))


def apart(graph: Graph, names: frozenset[str]) -> Graph:
    """The graph with the activation of these nodes apart, so that a channel at rest shows how far from 0 it is."""
    nodes: list[Node] = []
    for node in graph.nodes:
        if node.name in names:
            before = replace(node, name=before_activation(node.name), act="")
            nodes += [before, Node(node.name, "act", (before.name,), node.shape, act=node.act)]
        else:
            nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def before_activation(name: str) -> str:
    """The node of ``apart`` that gives what the activation of the one of that name gets."""
    return f"{name}_linear"


def factors(channels: Channels, seen: Seen) -> Wide:
    """By what to raise each channel of a node with these values before its activation, and these after it."""
    reach = np.maximum(channels.highest(), channels.means() + SPREADS * channels.deviations())
    least = max(seen.range.high / MOST, SMALLEST)
    whole: Wide = np.floor(PARTS * seen.range.high / np.maximum(reach, least))
    return np.maximum(whole / PARTS, 1.0)


def raised(graph: Graph, by: Factors) -> Graph:
    """The same function, where no channel that is raised reaches the end of its activation."""
    return replace(graph, nodes=tuple(_raised(node, by) for node in graph.nodes))


def _raised(node: Node, by: Factors) -> Node:
    if node.is_depthwise and node.inputs[0] in by:
        node = replace(node, weight=_times(node.weight, 1.0 / by[node.inputs[0]]))
    if node.name in by:
        factor = by[node.name]
        node = replace(node, weight=_times(node.weight, factor), bias=_times(node.bias, factor))
    return node


def _times(array: Optional[Array], factor: Wide) -> Array:
    """Each output channel's numbers times its factor."""
    assert array is not None
    return (array * factor.reshape(-1, *(1,) * (array.ndim - 1))).astype(np.float32)
