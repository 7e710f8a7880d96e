"""Whether what a model answers to a picture of a data set is right: a classifier's classes, a detector's boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, Optional, Protocol, Union

import numpy as np
import numpy.typing as npt

from edgetop.analysis.precision_draws import LEAST_PICTURES, drawn, half_interval
from edgetop.analysis.precision_recall import AveragePrecision, Found, average_precision
from edgetop.errors import UsageError
from edgetop.inputs.ahead import Size
from edgetop.inputs.dataset import DataSet, background
from edgetop.inputs.labels import imagenet_labels
from edgetop.inputs.own import OwnCard, labels_for
from edgetop.networks.cards import ModelCard
from edgetop.networks.detection.found import MOST, Detection, detections, detections_of_four
from edgetop.networks.detection.four import is_post_processed
from edgetop.networks.detection.labels import coco_labels
from edgetop.plan import Preparation

Outputs = Sequence[npt.NDArray[Any]]
Card = Union[ModelCard, OwnCard]
LIKELIEST = 5
NOT_AMONG_THEM = -1
THRESHOLD, OVERLAP = 0.001, 0.6
"""Of a detector that is judged: unlikely boxes too, since mAP weighs them by their order."""
DETECTION = "detection"


class Judge(Protocol):
    """What an answer comes to, and what many come to."""

    top: int
    """Likeliest classes that are asked for; 0 for all outputs."""
    way: tuple[Any, ...]
    """How it judges, as far as the data set does not say so: answers of another way are no use."""

    def rows(self, answer: Mapping[str, Any], out: str, numbers: Sequence[int], places: Sequence[int]) -> Iterator[Any]:
        """What is kept of each picture's answer; ``numbers`` are the pictures', ``places`` those in the batch."""

    def figures(self, rows: Mapping[int, Any], *, final: bool) -> dict[str, Any]:
        """Of an ``accuracy`` event, over the pictures that ``rows`` has."""

    def is_sound(self, row: Any) -> bool:
        """Whether a row from a file is what ``rows`` gives."""


class ClassJudge:
    """Keeps the place of the right class among the five likeliest, from 0, or -1."""

    def __init__(self, data: DataSet, offset: int) -> None:
        self._data, self._offset = data, offset
        self.top = LIKELIEST + offset
        self.way = ("classes", offset)

    def rows(self, answer: Mapping[str, Any], out: str, numbers: Sequence[int], places: Sequence[int]) -> Iterator[int]:
        """One place a picture."""
        for number, classes in zip(numbers, answer["classes"]):
            named = [found - self._offset for found in classes if found >= self._offset][:LIKELIEST]
            right = self._data.classes[number]
            yield named.index(right) if right in named else NOT_AMONG_THEM

    def figures(self, rows: Mapping[int, int], *, final: bool) -> dict[str, Any]:
        """Pictures whose likeliest class is right, and those with the right one among five."""
        return {"top1": sum(map(is_top1, rows.values())), "top5": sum(map(is_top5, rows.values()))}

    def is_sound(self, row: Any) -> bool:
        """Whether it is a place."""
        return type(row) is int and NOT_AMONG_THEM <= row < LIKELIEST


def is_top1(row: int) -> bool:
    """Whether a ClassJudge's row says that the likeliest class was right."""
    return row == 0


def is_top5(row: int) -> bool:
    """Whether it says that the right class was among the five likeliest."""
    return row >= 0


class BoxJudge:
    """Keeps the boxes that were found, at most a hundred a picture, and has pycocotools judge them in the end."""

    top = 0

    def __init__(
        self, data: DataSet, labels: Sequence[str], find: Callable[[Outputs, Size], Iterable[Detection]]
    ) -> None:
        self._data, self._find = data, find
        self._numbers = data.truth.numbers_of(labels)
        self.way = ("boxes", THRESHOLD, OVERLAP, sorted(self._numbers))
        self.precision: Optional[AveragePrecision] = None
        """Of all pictures, once they are seen."""
        self._count = 0
        self._draws: Optional[npt.NDArray[np.float64]] = None

    def rows(
        self, answer: Mapping[str, Any], out: str, numbers: Sequence[int], places: Sequence[int]
    ) -> Iterator[list[list[float]]]:
        """Boxes of each picture: category, score, left, top, width, height."""
        with np.load(out, allow_pickle=False) as raw:
            for number, place in zip(numbers, places):
                count = sum(name.startswith(f"{place}.") for name in raw.files)
                picture = self._data.truth.pictures[number]
                found = self._find([raw[f"{place}.{n}"] for n in range(count)], (picture.width, picture.height))
                yield [self._row(one) for one in found if one.label in self._numbers]

    def _row(self, one: Detection) -> list[float]:
        left, top, right, bottom = one.box
        edges = (left, top, right - left, bottom - top)
        return [self._numbers[one.label], round(one.score, 6), *(round(edge, 2) for edge in edges)]

    def figures(self, rows: Mapping[int, Any], *, final: bool) -> dict[str, Any]:
        """Mean average precision, once all pictures are seen; raises FrameworkMissing."""
        if not final or not rows:
            return {}
        pictures = self._data.truth.pictures
        found: dict[int, list[Found]] = {pictures[number].id: row for number, row in rows.items()}
        self.precision = average_precision(self._data.truth.part(set(found)), found)
        self._count = len(found)
        return {"mean_ap": self.precision.mean, "mean_ap50": self.precision.at_50}

    def against(self, earlier: BoxJudge) -> Optional[tuple[float, float]]:
        """By how much the earlier one's mAP on the same pictures is above its own, and half of the 95 % interval of
        that; None before both are known, or of few pictures."""
        if self.precision is None or earlier.precision is None or self._count < LEAST_PICTURES:
            return None
        return earlier.precision.mean - self.precision.mean, half_interval(earlier.draws(), self.draws())

    def draws(self) -> npt.NDArray[np.float64]:
        """The mAP of each draw of its pictures."""
        assert self.precision is not None
        if self._draws is None:
            self._draws = drawn(self.precision.matched, self._count)
        return self._draws

    def is_sound(self, row: Any) -> bool:
        """Whether it is a list of boxes of known categories."""
        known = set(self._numbers.values())
        if not isinstance(row, list) or len(row) > MOST:
            return False
        return all(
            isinstance(box, list)
            and len(box) == 6
            and all(type(value) in (int, float) for value in box)
            and box[0] in known
            for box in row
        )


def labels_of(card: ModelCard) -> tuple[str, ...]:
    """What a model of the zoo calls its classes, without a background."""
    if card.task == DETECTION:
        return coco_labels(card.classes)
    named = imagenet_labels()
    return named if card.classes in (len(named), len(named) + 1) else tuple(map(str, range(card.classes)))


def judge_of(data: DataSet, model: str, card: Card, outputs: Outputs, how: Preparation) -> Judge:
    """The judge of a model's answers by its card and its outputs' shapes; raises BadInput or UsageError."""
    if isinstance(card, ModelCard) and card.task == DETECTION:
        refuse_other_task(data, boxes=True)
        return BoxJudge(data, labels_of(card), lambda o, size: _zoo(o, card, size))
    if isinstance(card, OwnCard) and is_post_processed(outputs):
        refuse_other_task(data, boxes=True)
        labels = labels_for(0, how, model) or coco_labels(90)
        return BoxJudge(data, labels, lambda o, size: _four(o, card, size, labels))
    refuse_other_task(data, boxes=False)
    if len(outputs) != 1:
        raise UsageError(f"{len(outputs)} outputs are those of no classifier", "Choose a model with one output")
    labels = labels_of(card) if isinstance(card, ModelCard) else labels_for(outputs[0].size, how, model)
    return ClassJudge(data, background(data, outputs[0].size, len(labels)))


def _zoo(outputs: Outputs, card: ModelCard, size: Size) -> Iterable[Detection]:
    return detections(outputs, card, size, threshold=THRESHOLD, overlap=OVERLAP)


def _four(outputs: Outputs, card: OwnCard, size: Size, labels: Sequence[str]) -> Iterable[Detection]:
    return detections_of_four(outputs, card.preprocessing, size, labels, threshold=THRESHOLD)


def refuse_other_task(data: DataSet, *, boxes: bool) -> None:
    """Raise UsageError where the data set is for detectors and the model is none, or the other way round."""
    if data.finds_boxes != boxes:
        wanted, such = ("boxes in pictures", "COCO") if boxes else ("labels of pictures", "ImageNet")
        raise UsageError(
            f"{data.title} does not have {wanted}, which the model is judged by", f"Give a data set such as {such}"
        )
