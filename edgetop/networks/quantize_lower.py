"""A graph in the operators that have int8 kernels: the same values, by other nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgetop.networks.graph import Graph, Node


def lowered(graph: Graph) -> Graph:
    """The graph without SiLU, scale and shared weights.

    SiLU is a sigmoid and a product. A scale is a convolution of each channel alone: its weights then have a scale
    each, and its bias 32 bits, where a product and a sum would round both to the 8 bits of the largest.
    What nodes share is stored for each: a bias is counted in steps of its node's own input.
    """
    own = (replace(node, weights_of="") for node in graph.nodes)
    return replace(graph, nodes=tuple(simple for node in own for simple in _without_silu(_without_scale(node))))


def _without_scale(node: Node) -> Node:
    if node.op != "scale":
        return node
    assert node.weight is not None
    if len(node.shape) == 1:
        weight = np.diag(node.weight)
        return replace(node, op="fc", weight=weight, weight_shape=weight.shape)
    weight = node.weight.reshape(-1, 1, 1, 1)
    return replace(node, op="conv", weight=weight, weight_shape=weight.shape, groups=node.shape[0])


def _without_silu(node: Node) -> tuple[Node, ...]:
    if node.act != "silu":
        return (node,)
    before: tuple[Node, ...] = ()
    (source, *_) = node.inputs
    if node.op != "act":
        source = f"{node.name}_linear"
        before = (replace(node, name=source, act=""),)
    gate = Node(f"{node.name}_sigmoid", "sigmoid", (source,), node.shape)
    return (*before, gate, Node(node.name, "mul", (source, gate.name), node.shape))
