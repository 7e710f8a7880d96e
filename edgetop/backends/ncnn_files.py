"""Read an ncnn ``.param`` and hold its ``.bin`` against it: ncnn runs damaged weights without a word."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

MAGIC = "7767517"
DEFAULT = -233
"""Stands for a size that is not known."""
_BYTES_BY_TAG = {0x00000000: 4, 0x01306B47: 2, 0x000D4B38: 1, 0x0002C056: 4}
"""What precedes weights, to the bytes of one of them: fp32, fp16, int8, fp32 again."""
_TABLE_BYTES = 256 * 4
"""Behind any other tag: weights of a byte each, and the values these stand for."""
_ALIGNMENT = 4
_CONVOLUTIONS = {"Convolution", "ConvolutionDepthWise", "Deconvolution", "DeconvolutionDepthWise", "Convolution1D"}
_WITHOUT_WEIGHTS = frozenset(
    {
        *("BinaryOp", "Clip", "Concat", "Crop", "Dropout", "ELU", "Eltwise", "ExpandDims", "Flatten", "GELU"),
        *("HardSigmoid", "HardSwish", "Input", "Interp", "LRN", "Mish", "Noop", "Packing", "Permute", "PixelShuffle"),
        *("Pooling", "Power", "ReLU", "Reduction", "Reorg", "Reshape", "SELU", "ShuffleChannel", "Sigmoid", "Slice"),
        *("Softmax", "Softplus", "Split", "Squeeze", "Swish", "TanH", "UnaryOp"),
    }
)


@dataclass(frozen=True)
class Layer:
    """A line of a ``.param``."""

    kind: str
    name: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    parameters: dict[int, str]

    def number(self, key: int, default: int = 0) -> int:
        """A parameter that is a whole number; raises ValueError where it is none."""
        return int(self.parameters.get(key, default))


def read_layers(path: str) -> list[Layer]:
    """The layers of a ``.param``; raises ValueError with what is wrong with it."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.split() for line in file if line.strip()]
    if not lines or lines[0] != [MAGIC]:
        raise ValueError(f"it does not begin with {MAGIC}, as an ncnn .param does")
    counts = lines[1] if len(lines) > 1 else []
    layers = [_layer(words) for words in lines[2:]]
    if len(counts) != 2 or counts[0] != str(len(layers)):
        raise ValueError(f"it has {len(layers)} layers, not the {' '.join(counts[:1]) or 'number'} it promises")
    return layers


def input_shape(layers: Sequence[Layer], name: str) -> tuple[int, ...]:
    """[1, C, H, W], or fewer axes, of an input; empty where the file does not tell it."""
    (layer,) = (layer for layer in layers if name in layer.tops)
    sizes = [layer.number(key) for key in (2, 1, 0)]
    known = tuple(size for size in sizes if size > 0)
    return (1, *known) if known else ()


def check_weights(layers: Sequence[Layer], path: str) -> None:
    """Refuse a ``.bin`` that is not the size its ``.param`` asks for; raises ValueError.

    Up to the first layer whose weights are not known here: what follows is not checked.
    """
    total = os.path.getsize(path)
    with open(path, "rb") as file:
        place = 0
        for layer in layers:
            arrays = _arrays(layer)
            if arrays is None:
                return
            for count, tagged in arrays:
                file.seek(place)
                place += _stored_bytes(file.read(4), count) if tagged else 4 * count
                if place > total:
                    raise ValueError(
                        f"it ends within the weights of layer {layer.name}: it is damaged or of another network"
                    )
    if place != total:
        raise ValueError(f"it has {total} bytes, the layers {place}: it is damaged or of another network")


def _layer(words: list[str]) -> Layer:
    try:
        kind, name, bottoms, tops = words[0], words[1], int(words[2]), int(words[3])
        blobs = words[4 : 4 + bottoms + tops]
        pairs = dict(word.split("=", 1) for word in words[4 + bottoms + tops :])
        return Layer(kind, name, tuple(blobs[:bottoms]), tuple(blobs[bottoms:]), {int(k): v for k, v in pairs.items()})
    except (IndexError, ValueError) as error:
        raise ValueError(f"this is no layer: {' '.join(words)[:60]}") from error


def _arrays(layer: Layer) -> Optional[list[tuple[int, bool]]]:
    """How many numbers a layer has in the ``.bin``, array by array, and whether a tag precedes; None if not known."""
    number = layer.number
    if layer.kind in _CONVOLUTIONS and not number(8) and not number(19):
        return [(number(6), True), *([(number(0), False)] if number(5) else [])]
    if layer.kind == "InnerProduct" and not number(8):
        return [(number(2), True), *([(number(0), False)] if number(1) else [])]
    if layer.kind == "Gemm" and (number(4), number(5), number(6), number(10), number(18)) == (0, 1, 1, -1, 0):
        return [(number(8) * number(9), True)]
    if layer.kind == "Scale" and number(0) != DEFAULT:
        return [(number(0), False)] * (2 if number(1) else 1)
    if layer.kind == "BatchNorm":
        return [(number(0), False)] * 4
    if layer.kind == "PReLU":
        return [(number(0), False)]
    if layer.kind == "Padding":
        return [(number(6), False)]
    return [] if layer.kind in _WITHOUT_WEIGHTS else None


def _stored_bytes(tag: bytes, count: int) -> int:
    """Of weights with their tag, padded to the alignment."""
    value = struct.unpack("<I", tag)[0] if len(tag) == 4 else 0
    size = _BYTES_BY_TAG[value] * count if value in _BYTES_BY_TAG else _TABLE_BYTES + count
    return 4 + size + -size % _ALIGNMENT
