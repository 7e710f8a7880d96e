"""From which to which value the nodes of a graph go, what they give in the mean, and which must have one scale."""

from __future__ import annotations

from collections.abc import Collection
from statistics import median
from typing import NamedTuple

import numpy as np

from edgetop.networks import reference
from edgetop.networks.graph import Array, Graph
from edgetop.networks.reference import Wide

SHARING_OPS = ("concat", "pool", "split", "shuffle", "up2")
"""Operators that move values about, or choose among them: their kernels do not convert from one scale to another."""
OUTLYING = 2.0
"""Of the largest value of a usual picture: what one picture alone has beyond is clipped, which costs it less than
wide steps cost all others."""


class Range(NamedTuple):
    """The lowest and the highest value, zero between them."""

    low: float
    high: float


class Seen:
    """What a node gave over all pictures."""

    def __init__(self) -> None:
        self._ranges: list[Range] = []
        self._means: list[Wide] = []

    def add(self, values: Wide) -> None:
        """Those of one more picture, [C] or [C, H, W]."""
        self._ranges.append(Range(min(0.0, float(values.min())), max(0.0, float(values.max()))))
        self._means.append(values.reshape(len(values), -1).mean(axis=1, dtype=np.float64))

    @property
    def range(self) -> Range:
        """That of all pictures, but for what lies far beyond the usual one's."""
        usual = median(max(-each.low, each.high) for each in self._ranges)
        end = OUTLYING * usual or float("inf")
        return Range(
            max(-end, min(each.low for each in self._ranges)), min(end, max(each.high for each in self._ranges))
        )

    def means(self) -> Wide:
        """The mean of each channel."""
        result: Wide = np.mean(self._means, axis=0)
        return result


class Channels(Seen):
    """The same, and how far each channel goes."""

    def __init__(self) -> None:
        super().__init__()
        self._squares: list[Wide] = []
        self._highest: list[Wide] = []

    def add(self, values: Wide) -> None:
        """Those of one more picture, [C, H, W]."""
        super().add(values)
        flat = values.reshape(len(values), -1)
        self._highest.append(flat.max(axis=1))
        self._squares.append(np.einsum("cp,cp->c", flat, flat).astype(np.float64) / flat.shape[1])

    def highest(self) -> Wide:
        """The largest value of each channel."""
        result: Wide = np.max(self._highest, axis=0)
        return result

    def deviations(self) -> Wide:
        """The standard deviation of each channel."""
        result: Wide = np.sqrt(np.maximum(np.mean(self._squares, axis=0) - self.means() ** 2, 0.0))
        return result


def observed(
    graph: Graph, pictures: Array, closely: Collection[str] = ()
) -> tuple[dict[str, Seen], dict[str, Channels], list[Wide]]:
    """What every node gives over all pictures, [N, C, H, W], and the graph's outputs for each, in one vector.

    Of the nodes named ``closely``, each channel.
    """
    channels = {name: Channels() for name in closely}
    seen = {node.name: channels.get(node.name) or Seen() for node in graph.nodes}

    def add(name: str, values: Wide) -> Wide:
        seen[name].add(values)
        return values

    return seen, channels, [outputs(graph, picture, add) for picture in pictures]


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
