"""How far a network in int8 is from the same in fp32, computed as its kernels compute, but for their rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

from edgetop.networks.graph import Array
from edgetop.networks.quantize import QuantizedGraph
from edgetop.networks.quantize_ranges import outputs
from edgetop.networks.reference import Wide


@dataclass(frozen=True)
class Agreement:
    """Over some pictures; differences are absolute, over all outputs."""

    pictures: int
    same_top1: Optional[int]
    """Pictures whose likeliest class is the same; None of a network whose output is no vector."""
    largest: float
    mean: float
    span: float
    """The largest absolute value in fp32."""


def agreement(graph: QuantizedGraph, pictures: Array) -> Agreement:
    """Of a graph with itself before it was rounded, on the pictures, [N, C, H, W], that it was calibrated on."""
    simulate = simulation(graph)
    coarse = [simulate(picture) for picture in pictures]
    differences = np.abs(np.stack(graph.exact) - np.stack(coarse))
    same = sum(int(exact.argmax() == rounded.argmax()) for exact, rounded in zip(graph.exact, coarse))
    is_vector = len(graph.outputs) == 1 and len(graph.node(graph.outputs[0]).shape) == 1
    return Agreement(
        pictures=len(pictures),
        same_top1=same if is_vector else None,
        largest=float(differences.max()),
        mean=float(differences.mean()),
        span=float(np.abs(np.stack(graph.exact)).max()),
    )


def simulation(graph: QuantizedGraph) -> Callable[[Array], Wide]:
    """Gives all outputs for a picture, [C, H, W], in one vector, weights and values rounded to those of int8."""
    real = graph.dequantized()
    return lambda picture: outputs(real, picture, lambda name, values: graph.scales[name].rounded(values))
