"""Where a graph's weights come from: a file that ships with edgetop, or a seed.

Seeded weights measure speed only, and must be equal on every machine: they are raw integers of
PCG64 (a fixed algorithm, unlike numpy's distributions) times a factor worked out from the structure.
"""

from __future__ import annotations

import math

import numpy as np

from edgetop.config import asset
from edgetop.networks.graph import Array, Graph, Node, Parameters

BIAS_SPREAD = 0.1
LOGIT_SPREAD = 3.0
"""Standard deviation of what goes into the softmax: neither flat nor one class at 1."""
RECTIFIED_MOMENT = 0.5
"""Mean square of a standard normal after ReLU (ReLU6 differs by less than one in 10^8)."""


def shipped(structure: Graph, name: str) -> Graph:
    """The structure with the weights of the shipped file ``name``, kept there as ``NODE.weight`` and ``NODE.bias``.

    They are stored in fp16 and used in fp32, in every framework alike.
    """
    with np.load(asset(name)) as arrays:
        nodes = [node.name for node in structure.nodes if node.weight_shape]
        return structure.with_weights({n: (arrays[f"{n}.weight"], arrays[f"{n}.bias"]) for n in nodes})


def seeded(structure: Graph, seed: int) -> Graph:
    """The structure with weights drawn from ``seed``.

    Every conv and fc gets the factor that makes its output's variance 1 for inputs of the mean
    square that the structure lets one expect, so that activations neither die nor explode.
    """
    bits = np.random.PCG64(seed)
    moments: dict[str, float] = {}
    weights: dict[str, Parameters] = {}
    softmaxed = {node.inputs[0] for node in structure.nodes if node.op == "softmax"}
    for node in structure.nodes:
        inputs = [moments[name] for name in node.inputs]
        if node.weight_shape:
            fan_in = math.prod(node.weight_shape[1:])
            spread = LOGIT_SPREAD if node.name in softmaxed else 1.0
            weight = _uniform(bits, node.weight_shape, spread / math.sqrt(fan_in * inputs[0]))
            weights[node.name] = (weight, _uniform(bits, node.bias_shape, BIAS_SPREAD) if node.bias_shape else None)
        moments[node.name] = _moment(node, inputs)
    return structure.with_weights(weights)


def _moment(node: Node, inputs: list[float]) -> float:
    """The mean square to expect of a node's output, given those of its inputs."""
    if node.weight_shape or node.op == "input":
        plain = 1.0
    elif node.op == "add":
        plain = sum(inputs)
    else:
        plain = max(inputs)
    return plain * RECTIFIED_MOMENT if node.act else plain


def _uniform(bits: np.random.PCG64, shape: tuple[int, ...], deviation: float) -> Array:
    """Uniform around 0 with this standard deviation; every step is exact or rounded once, so equal everywhere."""
    whole = (bits.random_raw(math.prod(shape)) >> np.uint64(40)).astype(np.float64)
    unit = (whole + 0.5) / 2**23 - 1.0
    return (unit * (deviation * math.sqrt(3.0))).astype(np.float32).reshape(shape)
