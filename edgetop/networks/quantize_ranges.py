"""From which to which value the nodes of a graph go, and which of them must have one scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from edgetop.networks import reference
from edgetop.networks.graph import Array, Graph
from edgetop.networks.reference import Wide

SHARING_OPS = ("concat", "pool", "split", "shuffle", "up2")
"""Operators that move values about, or choose among them: their kernels do not convert from one scale to another."""


class Range(NamedTuple):
    """The lowest and the highest value, zero between them."""

    low: float
    high: float


def ranges(graph: Graph, pictures: Array) -> tuple[dict[str, Range], list[Wide]]:
    """The range of every node over all pictures, [N, C, H, W], and the graph's outputs for each, in one vector."""
    found = {node.name: Range(0.0, 0.0) for node in graph.nodes}

    def widen(name: str, values: Wide) -> Wide:
        low, high = found[name]
        found[name] = Range(min(low, float(values.min())), max(high, float(values.max())))
        return values

    return found, [outputs(graph, picture, widen) for picture in pictures]


def outputs(graph: Graph, picture: Array, change: reference.Change) -> Wide:
    """The outputs for a picture, [C, H, W], in one vector; ``change`` sees what every node gives."""
    values = reference.activations(graph, picture[None], np.float32, change, keep=graph.outputs)
    return np.concatenate([values[name].ravel() for name in graph.outputs])


def shared(graph: Graph) -> list[frozenset[str]]:
    """The nodes in groups of one scale: what a sharing operator reads and gives."""
    group = {node.name: {node.name} for node in graph.nodes}
    for node in graph.nodes:
        if node.op in SHARING_OPS:
            joint = set().union(*(group[name] for name in (node.name, *node.inputs)))
            group.update(dict.fromkeys(joint, joint))
    return list({frozenset(each) for each in group.values()})
