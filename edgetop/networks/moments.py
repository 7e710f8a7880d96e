"""What to expect of the values of a network whose weights are random: mean and mean square of every node's output.

Each output is taken as a normal variable, and outputs of different nodes as independent.
"""

from __future__ import annotations

import math
from typing import Callable, NamedTuple

from edgetop.networks.graph import Node


class Moments(NamedTuple):
    """Of the values of one node."""

    mean: float
    square: float
    """Mean of the squares."""

    @property
    def variance(self) -> float:
        """Mean square around the mean."""
        return self.square - self.mean**2


STANDARD = Moments(0.0, 1.0)
"""Of a normalised picture, and of what zero-mean weights of the right spread give."""
SIGMOID = Moments(0.5, 0.293)
SILU = Moments(0.207, 0.356)
"""Of these functions of a standard normal variable, by numerical integration."""
HIGHEST_MEAN, HIGHEST_VARIANCE = 0.846, 0.559
"""Of the highest of three standard normal variables: about what a pool's window amounts to, whose pixels are alike."""
BITS = 24
"""Kept of a moment, so that the last bits of a platform's exp and erf do not tell."""


def moments(node: Node, inputs: list[Moments]) -> Moments:
    """The moments to expect of a node's output, given those of its inputs."""
    plain = _OPERATORS.get(node.op, _unchanged)(node, inputs)
    return _rounded(_ACTIVATIONS[node.act](plain))


def _unchanged(node: Node, inputs: list[Moments]) -> Moments:
    (each,) = inputs
    return each


def _standard(node: Node, inputs: list[Moments]) -> Moments:
    return STANDARD


def _add(node: Node, inputs: list[Moments]) -> Moments:
    first, second = inputs
    return Moments(first.mean + second.mean, first.square + second.square + 2 * first.mean * second.mean)


def _mul(node: Node, inputs: list[Moments]) -> Moments:
    first, second = inputs
    return Moments(first.mean * second.mean, first.square * second.square)


def _pool(node: Node, inputs: list[Moments]) -> Moments:
    (each,) = inputs
    if node.kind == "avg":
        return each
    mean = each.mean + HIGHEST_MEAN * math.sqrt(each.variance)
    return Moments(mean, mean**2 + HIGHEST_VARIANCE * each.variance)


def _concat(node: Node, inputs: list[Moments]) -> Moments:
    """The mean of the inputs', however many channels each has."""
    count = len(inputs)
    return Moments(sum(each.mean for each in inputs) / count, sum(each.square for each in inputs) / count)


_OPERATORS: dict[str, Callable[[Node, list[Moments]], Moments]] = {
    **dict.fromkeys(("input", "conv", "scale", "fc", "matmul"), _standard),
    "sigmoid": lambda node, inputs: SIGMOID,
    "add": _add,
    "mul": _mul,
    "pool": _pool,
    "concat": _concat,
}


def _rectified(each: Moments) -> Moments:
    """Of max(x, 0); that ReLU6 ends at 6 does not count."""
    spread = math.sqrt(each.variance)
    ratio = each.mean / spread
    above = (1 + math.erf(ratio / math.sqrt(2))) / 2
    density = math.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi)
    mean = each.mean * above + spread * density
    return Moments(mean, each.square * above + each.mean * spread * density)


def _silu(each: Moments) -> Moments:
    return Moments(SILU.mean * math.sqrt(each.square), SILU.square * each.square)


_ACTIVATIONS: dict[str, Callable[[Moments], Moments]] = {
    "": lambda each: each,
    "relu": _rectified,
    "relu6": _rectified,
    "silu": _silu,
}


def _rounded(each: Moments) -> Moments:
    return Moments(_leading_bits(each.mean), _leading_bits(each.square))


def _leading_bits(value: float) -> float:
    fraction, exponent = math.frexp(value)
    return math.ldexp(round(math.ldexp(fraction, BITS)), exponent - BITS)
