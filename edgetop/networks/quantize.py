"""Networks in int8, after training: a graph with the scale of every value, and its weights as whole numbers.

Values are asymmetric, one scale a tensor: real = (stored - zero point) * scale, stored from -128 to 127. Weights
are symmetric, one scale an output channel of a convolution and one for a whole product; biases are int32 at the
scale of input times weight. Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference" (2018), as TensorFlow Lite's specification of int8 has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from edgetop.networks.graph import Array, Graph, Node, Parameters
from edgetop.networks.quantize_lower import lowered
from edgetop.networks.quantize_raise import apart, before_activation, factors, raisable, raised
from edgetop.networks.quantize_ranges import Range, Seen, observed, shared
from edgetop.networks.reference import Wide

LOWEST, HIGHEST = -128, 127
STEPS = HIGHEST - LOWEST
BITS = 12
"""Kept of a scale, so that the last bits of a platform's arithmetic do not tell."""
LARGEST_BIAS = 2**30
SMALLEST_PART = 2.0**-20
"""Of the largest scale of a node's weights: channels of nearly nothing, whose bias would not fit at their own."""
LEAST_PICTURES, MOST_PICTURES = 2, 12
PICTURES_MACS = 5 * 10**9
"""Multiply-accumulates that calibration may take: about a second."""
LEAST_OTHERS = 10
OTHERS_MACS = 5 * 10**10
"""Those that judging by other pictures may take, twice: about twenty seconds."""
FIXED_OPS = ("sigmoid", "softmax")
"""Operators whose output has a scale of its own in every kernel."""
HEADROOM = 1.25
"""Of the highest logits: other pictures may be surer, and what ends at the same value could not be told apart."""


@dataclass(frozen=True)
class Scale:
    """How real values are stored in int8."""

    scale: float
    zero_point: int

    def rounded(self, values: Wide) -> Wide:
        """The nearest values that can be stored, of the same type."""
        steps: Wide = values * values.dtype.type(1.0 / self.scale)
        np.rint(steps, out=steps)
        np.clip(steps, LOWEST - self.zero_point, HIGHEST - self.zero_point, out=steps)
        steps *= self.scale
        return steps


FIXED = Scale(1.0 / 256, LOWEST)
"""Of probabilities."""


@dataclass(frozen=True)
class StoredWeights:
    """A node's weights and bias as whole numbers."""

    weight: npt.NDArray[np.int8]
    scales: Array
    """One for each output channel, or one alone."""
    bias: npt.NDArray[np.int32]
    """Of no length where the node has none; at the scale of the input times those of the weight."""
    bias_scales: Array


@dataclass(frozen=True, eq=False)
class QuantizedGraph(Graph):
    """A graph of operators that have int8 kernels, and the scale of every node's output."""

    scales: Mapping[str, Scale]
    exact: Sequence[Wide]
    """What the pictures it was calibrated on gave in fp32: for each, all outputs in one vector."""

    def stored(self, node: Node) -> StoredWeights:
        """The weights of conv, fc or matmul as they are in a file."""
        assert node.weight is not None
        source = self.scales[node.inputs[0]].scale
        bias = np.zeros(0, np.float32) if node.bias is None else node.bias
        scales = _weight_scales(node, source)
        of_channel = scales.reshape(-1, *(1,) * (node.weight.ndim - 1))
        weight = np.clip(_whole(node.weight / of_channel), -HIGHEST, HIGHEST).astype(np.int8)
        bias_scales = scales.astype(np.float64) * source
        whole = np.rint(bias / bias_scales).astype(np.int32)
        return StoredWeights(weight, scales, whole, bias_scales.astype(np.float32))

    def dequantized(self) -> Graph:
        """The same graph with the real numbers that its stored weights stand for."""
        return self.with_weights({node.name: self._real(node) for node in self.nodes if node.weight_shape})

    def _real(self, node: Node) -> Parameters:
        stored = self.stored(node)
        of_channel = stored.scales.reshape(-1, *(1,) * (stored.weight.ndim - 1))
        bias = None if node.bias is None else stored.bias * stored.bias_scales
        return stored.weight * of_channel, bias


def picture_count(macs: int) -> int:
    """How many pictures to calibrate a network of so many multiply-accumulates on."""
    return min(max(PICTURES_MACS // macs, LEAST_PICTURES), MOST_PICTURES)


def others_count(macs: int) -> int:
    """How many pictures that a network was not calibrated on to judge it by, at most."""
    return max(OTHERS_MACS // macs, LEAST_OTHERS)


def quantize(graph: Graph, pictures: Array) -> QuantizedGraph:
    """The graph in int8, with the ranges of values that ``pictures``, [N, C, H, W], give in it.

    Raises ValueError where probabilities and larger values would have to share a scale.
    """
    simple = lowered(graph)
    names = raisable(simple)
    seen, channels, exact = observed(apart(simple, names), pictures, {before_activation(name) for name in names})
    by = {name: factors(channels[before_activation(name)], seen[name]) for name in names}
    means = {node.name: seen[node.name].means() * by.get(node.name, 1.0) for node in simple.nodes}
    simple = raised(simple, by)
    return _unbiased(QuantizedGraph(graph.name, simple.nodes, graph.outputs, _scales(simple, seen), exact), means)


def _scales(graph: Graph, seen: Mapping[str, Seen]) -> dict[str, Scale]:
    fixed = {node.name for node in graph.nodes if node.op in FIXED_OPS}
    logits = {name for node in graph.nodes if node.op == "softmax" for name in node.inputs}
    scales = {}
    for group in shared(graph):
        ranges = [seen[name].range for name in group]
        joint = Range(min(each.low for each in ranges), max(each.high for each in ranges))
        scale = _scale(joint if logits.isdisjoint(group) else Range(joint.low, joint.high * HEADROOM))
        if not fixed.isdisjoint(group):
            if joint.low < 0 or joint.high > 1:
                names = ", ".join(sorted(group))
                raise ValueError(f"{names}: probabilities beside values from {joint.low:g} to {joint.high:g}")
            scale = FIXED
        scales.update(dict.fromkeys(group, scale))
    return scales


def _unbiased(graph: QuantizedGraph, means: Mapping[str, Wide]) -> QuantizedGraph:
    """With biases that make up for what the rounding of weights adds to each channel in the mean.

    Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.2.
    """
    nodes = []
    for node, stored in zip(graph.nodes, graph.dequantized().nodes):
        if node.bias is not None:
            (source,) = node.inputs
            # in steps of int8: finer than that, the last bits of a platform's arithmetic would tell
            lost = _lost(node, stored, graph.scales[source].rounded(means[source]))
            node = replace(node, bias=(node.bias + lost).astype(np.float32))
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _lost(node: Node, stored: Node, means: Wide) -> Wide:
    """By how much each output channel is less than it was, where each input channel is its mean everywhere."""
    assert node.weight is not None and stored.weight is not None
    outputs, depth = node.weight_shape[:2]
    lost = (node.weight - stored.weight).reshape(node.groups, outputs // node.groups, depth, -1)
    result: Wide = (lost.sum(axis=3, dtype=np.float64) @ means.reshape(node.groups, depth, 1)).ravel()
    return result


def _scale(each: Range) -> Scale:
    """Of a range that holds zero, which must be stored exactly."""
    scale = _leading_bits((each.high - each.low) / STEPS) or 1.0
    return Scale(scale, min(max(round(LOWEST - each.low / scale), LOWEST), HIGHEST))


def _weight_scales(node: Node, source: float) -> Array:
    """Each channel's largest weight at 127, unless its bias would then not fit."""
    assert node.weight is not None
    peaks = np.abs(node.weight.reshape(len(node.weight), -1)).max(axis=1).astype(np.float64)
    biases = np.zeros(1) if node.bias is None else np.abs(node.bias.astype(np.float64))
    scales = np.maximum(peaks / HIGHEST, biases / (LARGEST_BIAS * source))
    if node.op != "conv":  # the kernels of products know one scale only
        scales = scales.max(keepdims=True)
    scales = np.maximum(scales, scales.max() * SMALLEST_PART)
    return np.where(scales > 0, scales, 1.0).astype(np.float32)


def _whole(weight: Array) -> Wide:
    """Whole numbers whose sum over a kernel's places is that of its weights, to the nearest.

    Neighbouring pixels are alike, so that what is rounded away at one place should be given at the next.
    """
    if math.prod(weight.shape[2:]) == 1:
        return np.rint(weight)
    places = weight.reshape(*weight.shape[:2], -1)
    sums = np.rint(places.cumsum(axis=2, dtype=np.float64))
    return np.diff(sums, axis=2, prepend=0.0).reshape(weight.shape)


def _leading_bits(value: float) -> float:
    """Rounded down, so that what is clipped at 6 does not seem to go on beyond."""
    fraction, exponent = math.frexp(value)
    return math.ldexp(math.floor(math.ldexp(fraction, BITS)), exponent - BITS)
