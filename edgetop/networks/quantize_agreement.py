"""How far a network in int8 is from the same in fp32, computed as its kernels compute, but for their rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

from edgetop.networks import reference
from edgetop.networks.graph import Array, Graph
from edgetop.networks.quantize import QuantizedGraph
from edgetop.networks.quantize_ranges import outputs
from edgetop.networks.reference import Wide


@dataclass(frozen=True)
class Agreement:
    """Over some pictures; differences are absolute, over all outputs."""

    pictures: int
    unseen: bool
    """Whether it was not calibrated on them."""
    same_top1: Optional[int]
    """Pictures whose likeliest class is the same; None of a network whose output is no vector."""
    largest: float
    mean: float
    span: float
    """The largest absolute value in fp32."""


def agreement(graph: QuantizedGraph, pictures: Array, before: Optional[Graph] = None) -> Agreement:
    """Of a graph with itself ``before`` it was rounded, on pictures, [N, C, H, W], that it was not calibrated on.

    Without that graph they are the pictures it was calibrated on, whose exact outputs it knows.
    """
    exact = graph.exact if before is None else (outputs(before, each, reference.unchanged) for each in pictures)
    simulate = simulation(graph)
    same, largest, total, span = 0, 0.0, 0.0, 0.0
    for expected, picture in zip(exact, pictures):
        found = simulate(picture)
        differences = np.abs(expected - found)
        same += int(expected.argmax() == found.argmax())
        largest = max(largest, float(differences.max()))
        total += float(differences.mean())
        span = max(span, float(np.abs(expected).max()))
    is_vector = len(graph.outputs) == 1 and len(graph.node(graph.outputs[0]).shape) == 1
    return Agreement(
        len(pictures), before is not None, same if is_vector else None, largest, total / len(pictures), span
    )


def simulation(graph: QuantizedGraph) -> Callable[[Array], Wide]:
    """Gives all outputs for a picture, [C, H, W], in one vector, weights and values rounded to those of int8."""
    real = graph.dequantized()
    return lambda picture: outputs(real, picture, lambda name, values: graph.scales[name].rounded(values))
