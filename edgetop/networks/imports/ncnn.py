"""ncnn: the weights in a ``.bin``, told apart by the layers of its ``.param``, which are named as the nodes."""

from __future__ import annotations

import math
import os
import re
from typing import Any, Callable

import numpy as np
import numpy.typing as npt

from edgetop.networks.imports.contents import contents, damaged
from edgetop.networks.writers.ncnn import ALIGNMENT, FP16_TAG, FP32_TAG, MAGIC

Tensor = npt.NDArray[Any]
Keys = dict[int, int]
"""Whole parameters of a layer by key; lists and fractions tell nothing of its weights."""
Shape = tuple[int, ...]
LONGEST_NUMBER = 12
"""Digits of a number of weights within bounds."""
WITHOUT_WEIGHTS = frozenset(
    {
        *("Input", "Split", "Slice", "Concat", "Reshape", "Flatten", "Permute", "Padding", "ShuffleChannel"),
        *("Pooling", "Interp", "BinaryOp", "Eltwise", "Dropout", "Noop"),
        *("ReLU", "Clip", "Swish", "Sigmoid", "HardSwish", "HardSigmoid", "Softmax"),
    }
)


class _Weights:
    """Takes arrays from a ``.bin``, one behind the other; raises ValueError where it is too short."""

    def __init__(self, content: bytes) -> None:
        self._content, self._place = memoryview(content), 0

    def plain(self, shape: Shape) -> Tensor:
        """Numbers that are fp32 in every file."""
        return np.frombuffer(self._take(4 * math.prod(shape)), "<f4").reshape(shape)

    def tagged(self, shape: Shape) -> Tensor:
        """Numbers of the type that a tag before them tells."""
        tag, count = bytes(self._take(len(FP32_TAG))), math.prod(shape)
        if tag == FP32_TAG:
            return self.plain(shape)
        if tag != FP16_TAG:
            raise ValueError(f"weights of a type that is neither fp32 nor fp16 ({tag.hex()})")
        size = 2 * count
        return np.frombuffer(self._take(size + -size % ALIGNMENT)[:size], "<f2").reshape(shape)

    def end(self) -> None:
        """Raise ValueError where something is left."""
        if self._place < len(self._content):
            raise ValueError(f"{len(self._content) - self._place} bytes are left behind the last layer's")

    def _take(self, size: int) -> memoryview:
        if size > len(self._content) - self._place:
            raise ValueError("it ends before the weights of all layers are read")
        self._place += size
        return self._content[self._place - size : self._place]


def read(path: str) -> dict[str, Tensor]:
    """The tensors of a ``.bin`` and the ``.param`` beside it, either of them given; raises BadModelFile."""
    param, weights = (os.path.splitext(path)[0] + suffix for suffix in (".param", ".bin"))
    text, content = contents(param), contents(weights)
    try:
        layers = _layers(text)
    except ValueError as error:
        raise damaged(param, error) from error
    try:
        return _tensors(layers, content)
    except ValueError as error:
        raise damaged(weights, error) from error


def _layers(text: bytes) -> list[tuple[str, str, Keys]]:
    """Type, name and parameters of each layer of a ``.param``; raises ValueError."""
    magic, counts, *lines = text.decode("utf-8").split("\n")
    if magic.strip() != MAGIC:
        raise ValueError("it has no mark of ncnn's text form")
    layers = [_layer(line.split()) for line in lines if line.strip()]
    if counts.split()[:1] != [str(len(layers))]:
        raise ValueError(f"it has {len(layers)} layers, and another number in its head")
    return layers


def _layer(words: list[str]) -> tuple[str, str, Keys]:
    if len(words) < 4:
        raise ValueError("a line is cut short")
    kind, name = words[:2]
    pairs = (word.partition("=") for word in words[4 + int(words[2]) + int(words[3]) :])
    return kind, name, {int(key): _whole(value) for key, _, value in pairs if re.fullmatch("[0-9]+", value)}


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _tensors(layers: list[tuple[str, str, Keys]], content: bytes) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    weights = _Weights(content)
    for kind, name, keys in layers:
        if kind in WITHOUT_WEIGHTS:
            continue
        if kind not in _READERS:
            raise ValueError(f"layer {name} is of type {kind}, which no network of edgetop has")
        if f"{name}.weight" in tensors:
            raise ValueError(f"two layers are named {name}")
        for part, tensor in _READERS[kind](keys, weights).items():
            tensors[f"{name}.{part}"] = tensor
    weights.end()
    return tensors


def _with_bias(weight: Tensor, keys: Keys, bias_key: int, weights: _Weights) -> dict[str, Tensor]:
    return {"weight": weight, **({"bias": weights.plain(weight.shape[:1])} if keys.get(bias_key) else {})}


def _convolution(keys: Keys, weights: _Weights) -> dict[str, Tensor]:
    outputs, width = keys.get(0, 0), keys.get(1, 0)
    height = keys.get(11, width)
    shape = (outputs, _divided(keys.get(6, 0), outputs * height * width), height, width)
    return _with_bias(weights.tagged(shape), keys, 5, weights)


def _inner_product(keys: Keys, weights: _Weights) -> dict[str, Tensor]:
    outputs = keys.get(0, 0)
    return _with_bias(weights.tagged((outputs, _divided(keys.get(2, 0), outputs))), keys, 1, weights)


def _scale(keys: Keys, weights: _Weights) -> dict[str, Tensor]:
    return _with_bias(weights.plain((keys.get(0, 0),)), keys, 1, weights)


def _gemm(keys: Keys, weights: _Weights) -> dict[str, Tensor]:
    """The right matrix, transposed, and nothing else."""
    if [keys.get(key, 0) for key in (2, 3, 4, 5, 6)] != [0, 1, 0, 1, 1]:
        raise ValueError("a Gemm that is not by one transposed matrix")
    return {"weight": weights.tagged((keys.get(8, 0), keys.get(9, 0)))}


def _divided(count: int, by: int) -> int:
    if not by or count % by:
        raise ValueError(f"{count} weights do not divide among {by}")
    return count // by


_READERS: dict[str, Callable[[Keys, _Weights], dict[str, Tensor]]] = {
    "Convolution": _convolution,
    "ConvolutionDepthWise": _convolution,
    "InnerProduct": _inner_product,
    "Scale": _scale,
    "Gemm": _gemm,
}
"""Layer types that have weights, to how these lie in the file."""
