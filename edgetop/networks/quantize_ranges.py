"""From which to which value the nodes of a graph go, what they give in the mean, and which must have one scale."""

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


class Seen:
    """What a node gave over all pictures."""

    def __init__(self) -> None:
        self.range = Range(0.0, 0.0)
        self._means: list[Wide] = []

    def add(self, values: Wide) -> None:
        """Those of one more picture, [C] or [C, H, W]."""
        self.range = Range(min(self.range.low, float(values.min())), max(self.range.high, float(values.max())))
        self._means.append(values.reshape(len(values), -1).mean(axis=1, dtype=np.float64))

    def means(self) -> Wide:
        """The mean of each channel."""
        result: Wide = np.mean(self._means, axis=0)
        return result


def observed(graph: Graph, pictures: Array) -> tuple[dict[str, Seen], list[Wide]]:
    """What every node gives over all pictures, [N, C, H, W], and the graph's outputs for each, in one vector."""
    seen = {node.name: Seen() for node in graph.nodes}

    def add(name: str, values: Wide) -> Wide:
        seen[name].add(values)
        return values

    return seen, [outputs(graph, picture, add) for picture in pictures]


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
