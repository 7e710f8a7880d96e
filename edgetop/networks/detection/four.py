"""The four outputs of TensorFlow Lite's detection operator, which decodes and suppresses by itself.

Boxes [1, n, 4] of top, left, bottom, right in fractions of the input, classes [1, n] from 0 without the background,
scores [1, n] and their count [1]. Files differ in the order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.detection.decode import Candidates, Heads


def is_post_processed(outputs: Heads) -> bool:
    """Whether outputs are of the shapes of that operator, in any order."""
    shapes = sorted((output.shape for output in outputs), key=len)
    if [len(shape) for shape in shapes] != [1, 2, 2, 3]:
        return False
    count, first, second, boxes = shapes
    return count == (1,) and first == second == boxes[:2] and boxes[0] == 1 and boxes[2] == 4


def post_processed(outputs: Heads, threshold: float) -> Candidates:
    """The boxes whose score is high enough, the best first; what lies behind the count is not looked at."""
    (number,) = (output[0] for output in outputs if output.ndim == 1)
    count = max(0, int(np.nan_to_num(number)))
    (boxes,) = (output[0, :count] for output in outputs if output.ndim == 3)
    classes, scores = _classes_and_scores(*(output[0, :count] for output in outputs if output.ndim == 2))
    valid = np.flatnonzero(scores >= threshold)
    order = valid[np.argsort(-scores[valid], kind="stable")]
    return Candidates(
        boxes[order][:, [1, 0, 3, 2]].astype(np.float64),
        scores[order].astype(np.float64),
        np.nan_to_num(classes[order]).astype(int),
    )


def _classes_and_scores(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Classes are whole numbers, and scores hardly ever; classes come first where nothing tells them apart."""
    return (second, first) if (first % 1 != 0).any() else (first, second)
