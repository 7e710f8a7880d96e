"""The framework-neutral network: a list of nodes in running order, in NCHW, batch 1, batch norm folded.

    input    the picture
    conv     weight [out, in / groups, kh, kw], bias; padding (top, left, bottom, right); act
    scale    weight and bias of each channel; act
    fc       weight [out, in], bias
    matmul   weight [out, in], no bias: each row of a picture of one channel, [1, rows, in] to [1, rows, out]
    pool     max or avg over the kernel, output sizes rounded down; an avg counts the zeros of its padding
    gap      mean over height and width: [channels], or [channels, 1, 1] to go on as a picture
    add      of two inputs of one shape; act
    mul      of two inputs of one shape, or of a picture with a [channels, 1, 1]
    concat   along the channels
    split    one of so many equal parts of the channels; all of its parts are nodes, one after another
    shuffle  channel by channel from each group in turn: [groups, n] to [n, groups]
    up2      each pixel twice in both directions; those of the last row and column once where the size is odd
    act      an activation alone
    sigmoid  1 / (1 + exp(-x))
    softmax  over the channels

Writers turn one graph into each framework's file, so that all of them run the very same weights.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Parameters = tuple[Array, Optional[Array]]
Padding = tuple[int, int, int, int]
"""Rows or columns of zeros at the top, left, bottom, right."""
NO_PADDING: Padding = (0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Node:
    """One operator; its name is the name of its output too, in every format."""

    name: str
    op: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    """Of the output, without the batch: [channels, height, width] or [channels]."""
    weight_shape: tuple[int, ...] = ()
    weight: Optional[Array] = None
    bias: Optional[Array] = None
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    padding: Padding = NO_PADDING
    groups: int = 1
    act: str = ""
    """Nothing, ``relu``, ``relu6`` or ``silu``, after conv, scale and add, and of act itself."""
    kind: str = ""
    """``max`` or ``avg`` of a pool."""
    part: int = 0
    parts: int = 1
    """Which of how many parts a split gives."""
    weights_of: str = ""
    """An earlier node whose weight and bias this one takes for its own, as the heads of several sizes do."""

    @property
    def parameters(self) -> int:
        """Weights and biases, of another node's none."""
        return math.prod(self.weight_shape) + sum(self.bias_shape) if self.weight_shape and not self.weights_of else 0

    @property
    def bias_shape(self) -> tuple[int, ...]:
        """[out], or empty where there is no bias."""
        return () if self.op == "matmul" else self.weight_shape[:1]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference; as is the custom, of convolutions and products alone."""
        if self.op in ("conv", "fc", "matmul"):
            positions = math.prod(self.shape) // self.weight_shape[0]
            return math.prod(self.weight_shape) * positions
        return 0

    @property
    def is_depthwise(self) -> bool:
        """Whether each channel is convolved alone."""
        return self.op == "conv" and self.groups == self.shape[0] > 1 and self.weight_shape[1] == 1

    def structure(self) -> list[Any]:
        """All of it but the numbers of the weights."""
        return [
            *(self.name, self.op, self.inputs, self.shape, self.weight_shape),
            *(self.kernel, self.stride, self.padding, self.groups, self.act, self.kind),
            *((self.part, self.parts) if self.op == "split" else ()),
            *((self.weights_of,) if self.weights_of else ()),
        ]


@dataclass(frozen=True, eq=False)
class Graph:
    """A network: its nodes in running order, the first of them the input."""

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]

    def node(self, name: str) -> Node:
        """The node of that name; KeyError when there is none."""
        return {node.name: node for node in self.nodes}[name]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """NCHW with batch 1."""
        return (1, *self.nodes[0].shape)

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(node.parameters for node in self.nodes)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(node.macs for node in self.nodes)

    def with_weights(self, weights: Mapping[str, Parameters]) -> Graph:
        """The same structure with a (weight, bias) for every node that has its own, by name.

        The bias is None where the node has none. Raises ValueError where one does not have the shape of its node.
        """
        return replace(self, nodes=tuple(_fill(node, weights) for node in self.nodes))

    def sha256(self) -> str:
        """Hex digest of the structure and all weights: equal where the networks are."""
        digest = hashlib.sha256()
        for node in self.nodes:
            digest.update(json.dumps(node.structure()).encode())
            for array in (node.weight, node.bias):
                if array is not None:
                    digest.update(np.ascontiguousarray(array, "<f4").data)
        digest.update(json.dumps(self.outputs).encode())
        return digest.hexdigest()


def _fill(node: Node, weights: Mapping[str, Parameters]) -> Node:
    if not node.weight_shape:
        return node
    weight, bias = weights[node.weights_of or node.name]
    shapes = (weight.shape, () if bias is None else bias.shape)
    if shapes != (node.weight_shape, node.bias_shape):
        raise ValueError(f"{node.name}: weight and bias {shapes}, wanted {(node.weight_shape, node.bias_shape)}")
    return replace(node, weight=_single(weight), bias=None if bias is None else _single(bias))


def _single(array: Array) -> Array:
    """The array in fp32: itself, not a copy, where it is."""
    return array.astype(np.float32, copy=False)
