"""What a detector found: labelled boxes in the picture that it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgetop.networks.cards import ModelCard
from edgetop.networks.detection.anchors import Boxes
from edgetop.networks.detection.decode import DECODERS, Candidates, Heads
from edgetop.networks.detection.four import is_post_processed, post_processed
from edgetop.networks.detection.labels import coco_labels, named
from edgetop.networks.detection.suppress import suppress
from edgetop.placement import Fitting, place

THRESHOLD, OVERLAP, MOST = 0.3, 0.5, 100
"""Least score; largest intersection over union of two of a class; how many at most."""
Size = tuple[int, int]
"""Width and height of the picture in pixels."""
Row = tuple[str, float, float, float, float, float]
"""Label, score, left, top, right, bottom."""


@dataclass(frozen=True)
class Detection:
    """One thing found."""

    label: str
    score: float
    """0 to 1."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom in pixels of the picture."""

    @property
    def row(self) -> Row:
        """As messages carry it."""
        return (self.label, self.score, *self.box)


def detections(
    outputs: Heads,
    card: ModelCard,
    picture_size: Size,
    *,
    threshold: float = THRESHOLD,
    overlap: float = OVERLAP,
    most: int = MOST,
) -> tuple[Detection, ...]:
    """What a model of the zoo found, the surest first, from its raw heads in NCHW in the order of its outputs.

    Raises ValueError for a model that is no detector or for outputs that are not its heads.
    """
    if card.heads not in DECODERS:
        raise ValueError(f"{card.name} is no detector")
    if any(output.ndim != 4 for output in outputs):
        raise ValueError(f"the outputs are not the heads of {card.name}")
    found = DECODERS[card.heads](outputs, card.input_shape[2], threshold)
    kept = suppress(found.boxes, found.scores, found.classes, overlap, most)
    best = Candidates(found.boxes[kept], found.scores[kept], found.classes[kept])
    return _in_picture(best, coco_labels(card.classes), card.preprocessing, picture_size)


def detections_of_four(
    outputs: Heads, how: Fitting, picture_size: Size, labels: Sequence[str] = (), *, threshold: float = THRESHOLD
) -> tuple[Detection, ...]:
    """What a file with the detection operator of TensorFlow Lite at its end found, of COCO where no labels are given.

    ``how`` is how its input was made. Raises ValueError for outputs that are not such an operator's.
    """
    if not is_post_processed(outputs):
        raise ValueError("the outputs are not boxes, classes, scores and a count")
    names = tuple(labels) or coco_labels(90)
    return _in_picture(post_processed(outputs, threshold), names, how, picture_size)


def _in_picture(found: Candidates, labels: tuple[str, ...], how: Fitting, size: Size) -> tuple[Detection, ...]:
    """Boxes within the picture; those that lie beside it, where the input is filled up, are left out."""
    boxes = _picture_boxes(found.boxes, how, size)
    sound = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    rows = zip(found.classes[sound].tolist(), found.scores[sound].tolist(), boxes[sound].tolist())
    return tuple(Detection(named(labels, number), score, tuple(box)) for number, score, box in rows)


def _picture_boxes(boxes: Boxes, how: Fitting, size: Size) -> Boxes:
    """From fractions of the input to pixels of the picture, cut at its edges."""
    there = place(*size, how)
    corner, scale = np.array([there.left, there.top] * 2), np.array(size * 2) / ([there.width, there.height] * 2)
    inside: Boxes = np.clip((boxes * how.crop - corner) * scale, 0, size * 2)
    return inside
