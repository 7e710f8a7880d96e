"""From raw heads to candidates: boxes with their likeliest class, all whose score is high enough.

Heads are [1, channels, height, width]. Of each anchor the likeliest class alone is taken. Most anchors are seen to
be unlikely by one number, so their boxes are never computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable

import numpy as np
import numpy.typing as npt

from edgetop.networks.detection.anchors import YOLO_ANCHORS, Boxes, pyramid_anchors, ssd_anchors

Heads = Sequence[npt.NDArray[Any]]
MOST = 1000
"""Candidates of a map, the best of them."""
LOWEST_THRESHOLD = 1e-6
LARGEST_CODE = 10.0
"""Of a side's logarithm: 22,000 times the anchor's, larger than any picture."""


@dataclass(frozen=True)
class Candidates:
    """Boxes that may overlap, with a score and a class each."""

    boxes: Boxes
    """[n, 4]: left, top, right, bottom in fractions of the input's side."""
    scores: npt.NDArray[np.float64]
    classes: npt.NDArray[np.int64]


def _ssd(heads: Heads, side: int, threshold: float) -> Candidates:
    """SSD: class 0 is the background, centres are coded in tenths and sides in fifths."""
    boxes, classes = heads[0::2], heads[1::2]
    anchors = ssd_anchors(tuple(head.shape[2:] for head in boxes))
    code = _Code(first_class=1, centres=10.0, sides=5.0)
    return _joined([_anchored(*each, threshold, code) for each in zip(boxes, classes, anchors)])


def _efficientdet(heads: Heads, side: int, threshold: float, scale: float) -> Candidates:
    boxes, classes = heads[0::2], heads[1::2]
    anchors = pyramid_anchors(tuple(head.shape[2:] for head in boxes), scale)
    return _joined([_anchored(*each, threshold, _Code()) for each in zip(boxes, classes, anchors)])


def _yolov5(heads: Heads, side: int, threshold: float) -> Candidates:
    """YOLOv5: the score is that there is something, times that it is of the class."""
    return _joined([_yolo_map(head, side, threshold, anchors) for head, anchors in zip(heads, YOLO_ANCHORS)])


DECODERS: dict[str, Callable[[Heads, int, float], Candidates]] = {
    "ssd": _ssd,
    "efficientdet": partial(_efficientdet, scale=4.0),
    "efficientdet_lite": partial(_efficientdet, scale=3.0),
    "yolov5": _yolov5,
}
"""The ``heads`` of a model card to the function from outputs, the input's side and the least score to candidates."""


@dataclass(frozen=True)
class _Code:
    """How numbers of a head stand for a box: offset of the centre in sides of the anchor, logarithm of the sides."""

    first_class: int = 0
    centres: float = 1.0
    sides: float = 1.0


def _anchored(
    box_head: npt.NDArray[Any], class_head: npt.NDArray[Any], anchors: Boxes, threshold: float, code: _Code
) -> Candidates:
    """One map's candidates, from heads [1, anchors * 4, H, W] and [1, anchors * classes, H, W]."""
    places = math.prod(box_head.shape[2:])
    count = len(anchors) // places
    logits = class_head.reshape(count, -1, places)[:, code.first_class :]
    best = logits.max(axis=1).ravel()
    chosen = _best(best, _logit(threshold))
    anchor, place = np.divmod(chosen, places)
    codes = box_head.reshape(count, 4, places)[anchor, :, place].astype(np.float64)
    centres, sides = anchors[chosen, :2], anchors[chosen, 2:]
    middle = centres + codes[:, :2] / code.centres * sides
    half = np.exp(np.minimum(codes[:, 2:] / code.sides, LARGEST_CODE)) * sides / 2
    corners = [(middle - half)[:, ::-1], (middle + half)[:, ::-1]]  # coded as y, x
    classes = logits[anchor, :, place].argmax(axis=1) + code.first_class
    return Candidates(np.concatenate(corners, axis=1), _sigmoid(best[chosen]), classes)


def _yolo_map(head: npt.NDArray[Any], side: int, threshold: float, anchors: Sequence[tuple[int, int]]) -> Candidates:
    """One map's candidates, from a head [1, anchors * (4 + 1 + classes), H, W]."""
    size = head.shape[2:]
    places = math.prod(size)
    values = head.reshape(len(anchors), -1, places)
    likely = np.flatnonzero(values[:, 4].ravel() >= _logit(threshold))  # the product of both can only be less
    anchor, place = np.divmod(likely, places)
    rows = values[anchor, :, place].astype(np.float64)
    classes = rows[:, 5:].argmax(axis=1)
    scores = _sigmoid(rows[:, 4]) * _sigmoid(rows[np.arange(len(rows)), 5 + classes])
    chosen = _best(scores, threshold)
    anchor, place, shares = anchor[chosen], place[chosen], _sigmoid(rows[chosen, :4])
    row, column = np.divmod(place, size[1])
    middle = (2 * shares[:, :2] - 0.5 + np.stack([column, row], axis=1)) / (size[1], size[0])
    half = (2 * shares[:, 2:]) ** 2 * np.array(anchors)[anchor] / side / 2
    return Candidates(np.concatenate([middle - half, middle + half], axis=1), scores[chosen], classes[chosen])


def _joined(parts: Sequence[Candidates]) -> Candidates:
    """All maps' candidates but those whose box is not made of numbers, as of a network that has gone astray."""
    names = ("boxes", "scores", "classes")
    boxes, scores, classes = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
    sound = np.isfinite(boxes).all(axis=1)
    return Candidates(boxes[sound], scores[sound], classes[sound])


def _best(scores: npt.NDArray[Any], least: float) -> npt.NDArray[np.intp]:
    """The indices of those that are high enough, or of the MOST best of them."""
    chosen = np.flatnonzero(scores >= least)
    if len(chosen) > MOST:
        chosen = chosen[np.argpartition(-scores[chosen], MOST)[:MOST]]
    return chosen


def _logit(threshold: float) -> float:
    threshold = max(threshold, LOWEST_THRESHOLD)
    return math.log(threshold / (1 - threshold)) if threshold < 1 else math.inf


def _sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    result: npt.NDArray[np.float64] = 0.5 + 0.5 * np.tanh(x.astype(np.float64) / 2)  # which never overflows
    return result
