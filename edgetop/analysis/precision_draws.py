"""Whether two detectors differ on the same pictures: their mean average precision with the pictures drawn anew, often.

mAP is no mean over pictures, but an area under a curve of all boxes by their scores, of which no formula gives the
scatter. What a detector's boxes matched is worked out once; a draw, with replacement, only weighs each picture by how
often it was drawn, which is the figure that pycocotools would give for a data set with so many copies of it. mAP of few
pictures comes out too high, and more so in a draw, so that an interval of one mAP holds the true one too seldom; of the
difference of two, drawn alike, that falls out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.analysis.accuracy import Z95

Float64s = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

DRAWS = 100
"""The scatter of so many is known within 14 %, two times its own standard error."""
LEAST_PICTURES = 50
SEED = 2017
RECALLS = np.linspace(0.0, 1.0, 101)
_EPSILON = float(np.spacing(1))


@dataclass(frozen=True)
class Matched:
    """What was found of one category, the surest first: the place of each box's picture, and at each overlap whether it
    is right or wrong (neither: it counts for nothing); and how many were to be found in each picture."""

    picture: Ints
    right: Bools
    wrong: Bools
    present: Ints


def matched(evaluation: Any) -> list[Matched]:
    """By category, from a COCOeval that has evaluated: of boxes of all sizes, the hundred surest a picture."""
    parameters = evaluation.params
    pictures, areas = len(parameters.imgIds), len(parameters.areaRng)
    found = []
    for number in range(len(parameters.catIds)):
        begin = number * areas * pictures
        rows = [(n, row) for n, row in enumerate(evaluation.evalImgs[begin : begin + pictures]) if row is not None]
        if not rows:
            continue
        present = np.zeros(pictures, np.int64)
        present[[n for n, _ in rows]] = [np.count_nonzero(np.asarray(row["gtIgnore"]) == 0) for _, row in rows]
        order = np.argsort(-np.concatenate([row["dtScores"] for _, row in rows]), kind="mergesort")
        picture = np.repeat([n for n, _ in rows], [len(row["dtScores"]) for _, row in rows])[order]
        hit, ignored = (
            np.concatenate([row[name] for _, row in rows], axis=1)[:, order] != 0 for name in ("dtMatches", "dtIgnore")
        )
        found.append(Matched(picture.astype(np.int64), hit & ~ignored, ~hit & ~ignored, present))
    return found


def mean_ap(categories: Sequence[Matched], times: Ints) -> float:
    """Of pictures of which each is there so many times; 0 where nothing is to be found in them."""
    values = [_average(one, times) for one in categories if (one.present * times).any()]
    return float(np.mean(values)) if values else 0.0


def _average(one: Matched, times: Ints) -> float:
    weights = times[one.picture]
    right, wrong = (np.cumsum(part * weights, axis=1, dtype=np.float64) for part in (one.right, one.wrong))
    recall = right / int((one.present * times).sum())
    precision = right / (right + wrong + _EPSILON)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = np.pad(best, ((0, 0), (0, 1)))  # beyond the highest recall it is 0
    return float(np.mean([row[np.searchsorted(levels, RECALLS)] for row, levels in zip(best, recall)]))


def drawn(categories: Sequence[Matched], pictures: int) -> Float64s:
    """The mean average precision of each draw, always the same ones of as many pictures."""
    numbers = np.random.default_rng(SEED)
    every = [np.bincount(numbers.integers(0, pictures, pictures), minlength=pictures) for _ in range(DRAWS)]
    return np.array([mean_ap(categories, times) for times in every])


def half_interval(first: Float64s, second: Float64s) -> float:
    """Half of the 95 % interval of the difference of two runs, from the same draws of both."""
    return Z95 * float((first - second).std(ddof=1))
