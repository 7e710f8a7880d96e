"""The boxes that detectors' heads measure from: one set for each map of features, in fractions of the input's side.

Each is an array of [anchors * height * width, 4], centre y, centre x, height, width, in the order of the heads: of
the first anchor all places row by row, then of the second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]
Size = tuple[int, int]
"""Height and width of a map."""

SMALLEST, LARGEST = 0.2, 0.95
"""Scales of the anchors of the first and of the last map; those between are evenly spaced."""
REDUCED = ((0.1, 1.0), (SMALLEST, 2.0), (SMALLEST, 0.5))
"""Scale and ratio of width to height of the first map's."""
RATIOS = (1.0, 2.0, 1 / 2, 3.0, 1 / 3)
OCTAVES, PYRAMID_RATIOS = 3, (1.0, 2.0, 1 / 2)
YOLO_ANCHORS = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
"""Of YOLOv5: widths and heights in pixels of the input, for each map."""


@lru_cache(maxsize=8)
def ssd_anchors(sizes: tuple[Size, ...]) -> tuple[Boxes, ...]:
    """Of SSD in TensorFlow's Object Detection API: three in the first map, six in the others.

    The sixth is a square between its map's scale and the next one's.
    """
    scales = [*np.linspace(SMALLEST, LARGEST, len(sizes)), 1.0]
    maps = []
    for number, size in enumerate(sizes):
        forms = [(scales[number], ratio) for ratio in RATIOS]
        forms.append((math.sqrt(scales[number] * scales[number + 1]), 1.0))
        maps.append(_everywhere(size, REDUCED if number == 0 else forms))
    return tuple(maps)


@lru_cache(maxsize=8)
def pyramid_anchors(sizes: tuple[Size, ...], scale: float) -> tuple[Boxes, ...]:
    """Of EfficientDet: three sizes, a third of an octave apart, of three ratios; ``scale`` times a map's step."""
    octaves = [2 ** (octave / OCTAVES) for octave in range(OCTAVES)]
    return tuple(
        _everywhere(size, [(scale / size[0] * octave, ratio) for octave in octaves for ratio in PYRAMID_RATIOS])
        for size in sizes
    )


def _everywhere(size: Size, forms: Iterable[tuple[float, float]]) -> Boxes:
    """Anchors of each (scale, ratio of width to height) around the middle of each place of a map."""
    height, width = size
    shape = np.array([(scale / math.sqrt(ratio), scale * math.sqrt(ratio)) for scale, ratio in forms])
    boxes = np.empty((len(shape), height, width, 4))
    boxes[..., 0] = ((np.arange(height) + 0.5) / height)[:, None]
    boxes[..., 1] = (np.arange(width) + 0.5) / width
    boxes[..., 2:] = shape[:, None, None]
    return boxes.reshape(-1, 4)
