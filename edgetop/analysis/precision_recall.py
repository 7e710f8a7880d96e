"""How well a detector finds what is there: COCO's mean average precision, as pycocotools computes it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgetop.analysis.precision_draws import Matched, matched
from edgetop.errors import FrameworkMissing

Found = tuple[int, float, float, float, float, float]
"""The number of a category, a score, and left, top, width, height in pixels of the picture."""


@dataclass(frozen=True)
class AveragePrecision:
    """Over all categories, 101 levels of recall, and at most 100 boxes a picture."""

    mean: float
    """Over overlaps from 0.50 to 0.95: COCO's own figure."""
    at_50: float
    """At an overlap of one half."""
    matched: tuple[Matched, ...] = field(default=(), compare=False)
    """What the boxes matched, by category: what its draws are made of."""


def check_evaluator() -> None:
    """Raise FrameworkMissing, with what to install, where pycocotools is not here."""
    try:
        import pycocotools.cocoeval  # noqa: F401
    except ImportError as error:
        raise FrameworkMissing(
            f"mAP is computed by pycocotools, which is not here ({error})",
            "Install it: pip install 'edgetop[accuracy]'",
        ) from error


def average_precision(truth: Mapping[str, Any], found: Mapping[int, Sequence[Found]]) -> AveragePrecision:
    """Of what was found in each picture, by its id, against COCO's annotations of some pictures.

    ``truth`` has the lists ``images``, ``annotations`` and ``categories`` of an instances file; only the pictures
    that ``found`` names are looked at. Raises FrameworkMissing.
    """
    check_evaluator()
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):  # it tells of its progress there
        known, answered = COCO(), COCO()
        known.dataset = dict(truth)
        known.createIndex()
        answered.dataset = {**truth, "annotations": _annotations(found)}
        answered.createIndex()
        evaluation = COCOeval(known, answered, "bbox")
        evaluation.params.imgIds = sorted(found)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    mean, at_50 = (max(0.0, float(evaluation.stats[place])) for place in (0, 1))  # -1 where there was nothing to find
    return AveragePrecision(mean, at_50, tuple(matched(evaluation)))


def _annotations(found: Mapping[int, Sequence[Found]]) -> list[dict[str, Any]]:
    rows = ((picture, *row) for picture, rows in found.items() for row in rows)
    return [
        {
            "id": number,
            "image_id": picture,
            "category_id": category,
            "score": score,
            "bbox": [left, top, width, height],
            "area": width * height,
            "iscrowd": 0,
        }
        for number, (picture, category, score, left, top, width, height) in enumerate(rows, 1)
    ]
