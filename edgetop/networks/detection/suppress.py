"""Of boxes that overlap and are of one class, the best alone is kept (non-maximum suppression)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def suppress(boxes: Array, scores: Array, classes: Array, overlap: float, most: int) -> list[int]:
    """The indices of the boxes kept, at ``most`` so many, the best first; of equal scores, the earlier first.

    Boxes are [n, 4]: left, top, right, bottom. Greedy: the best of those left is kept, and those of its class whose
    intersection with it is more than ``overlap`` of the union are dropped.
    """
    kept: list[int] = []
    left = np.argsort(-scores, kind="stable")
    while len(left) and len(kept) < most:
        best, left = int(left[0]), left[1:]
        kept.append(best)
        apart = (classes[left] != classes[best]) | (overlaps(boxes[best], boxes[left]) <= overlap)
        left = left[apart]
    return kept


def overlaps(box: Array, others: Array) -> Array:
    """Intersection over union of a box with each of others; 0 where the union has no area."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.maximum(sides, 0).prod(axis=1)
    union = _areas(box[None])[0] + _areas(others) - shared
    ratio: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def _areas(boxes: Array) -> Array:
    areas: Array = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)
    return areas
