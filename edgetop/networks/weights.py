"""Where a graph's weights come from: a file that ships with edgetop, or a seed.

Seeded weights measure speed only, and must be equal on every machine: they are raw integers of
PCG64 (a fixed algorithm, unlike numpy's distributions) times a factor worked out from the structure.
"""

from __future__ import annotations

import math

import numpy as np

from edgetop.config import asset
from edgetop.networks.graph import Array, Graph, Node, Parameters
from edgetop.networks.moments import Moments, moments

BIAS_SPREAD = 0.1
LOGIT_SPREAD = 3.0
"""Standard deviation of what goes into the softmax: neither flat nor one class at 1."""
SILU_BIAS_SPREAD = 0.5
"""Of a bias before SiLU, which lets a larger share of large values through: without a part of the variance that
does not depend on the input, a deep network's values die for a dark picture and explode for a bright one."""
SCALE_SPREAD = 0.2
"""Standard deviation of the weights of a scale around the one that makes its output's variance 1."""


def shipped(structure: Graph, name: str) -> Graph:
    """The structure with the weights of the shipped file ``name``, kept there as ``NODE.weight`` and ``NODE.bias``.

    They are stored in fp16 and used in fp32, in every framework alike.
    """
    with np.load(asset(name)) as arrays:
        nodes = [node.name for node in structure.nodes if node.weight_shape]
        return structure.with_weights({n: (arrays[f"{n}.weight"], arrays[f"{n}.bias"]) for n in nodes})


def seeded(structure: Graph, seed: int) -> Graph:
    """The structure with weights drawn from ``seed``.

    Every node's weights get the factor that makes its output's variance 1 for inputs of the mean
    square that the structure lets one expect, so that activations neither die nor explode.
    """
    bits = np.random.PCG64(seed)
    known: dict[str, Moments] = {}
    weights: dict[str, Parameters] = {}
    logits = _before_softmax(structure)
    for node in structure.nodes:
        inputs = [known[name] for name in node.inputs]
        if node.weight_shape and not node.weights_of:
            spread = LOGIT_SPREAD if node.name in logits else 1.0
            weights[node.name] = _draw(bits, node, inputs[0], spread)
        known[node.name] = moments(node, inputs)
    return structure.with_weights(weights)


def _before_softmax(structure: Graph) -> set[str]:
    """The nodes whose weights say how far the logits spread."""
    nodes = {node.name: node for node in structure.nodes}
    found = set()
    for node in structure.nodes:
        if node.op == "softmax":
            while not node.weight_shape:
                node = nodes[node.inputs[0]]
            found.add(node.name)
    return found


def _draw(bits: np.random.PCG64, node: Node, source: Moments, spread: float) -> Parameters:
    """Weight and bias; a scale stands for a batch norm, which takes the mean off and differs a little by channel."""
    if node.op == "scale":
        unit = 1.0 / math.sqrt(source.variance)
        weight = np.float32(unit) + _uniform(bits, node.weight_shape, unit * SCALE_SPREAD)
        return weight, _uniform(bits, node.bias_shape, BIAS_SPREAD) - np.float32(source.mean) * weight
    bias_spread = BIAS_SPREAD
    if node.act == "silu":
        bias_spread = SILU_BIAS_SPREAD
        spread *= math.sqrt(1.0 - bias_spread**2)
    fan_in = math.prod(node.weight_shape[1:])
    weight = _uniform(bits, node.weight_shape, spread / math.sqrt(fan_in * source.square))
    return weight, _uniform(bits, node.bias_shape, bias_spread) if node.bias_shape else None


def _uniform(bits: np.random.PCG64, shape: tuple[int, ...], deviation: float) -> Array:
    """Uniform around 0 with this standard deviation; every step is exact or rounded once, so equal everywhere."""
    whole = (bits.random_raw(math.prod(shape)) >> np.uint64(40)).astype(np.float64)
    unit = (whole + 0.5) / 2**23 - 1.0
    return (unit * (deviation * math.sqrt(3.0))).astype(np.float32).reshape(shape)
