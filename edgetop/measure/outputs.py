"""What the runs answered to the common input: labels or boxes, and how far apart the frameworks are."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from edgetop.analysis.agreement import largest_difference
from edgetop.inputs.labels import imagenet_labels, top5
from edgetop.inputs.own import OwnCard, labels_for
from edgetop.inputs.source import is_picture, picture_size
from edgetop.measure.detected import detected, detected_of_four
from edgetop.networks.cards import ModelCard
from edgetop.networks.detection.four import is_post_processed
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Missing

Outputs = list[npt.NDArray[np.float32]]
NULL = "null"
"""The framework that answers nothing."""
DETECTION = "detection"


def unpack(answer: Mapping[str, Any]) -> Outputs:
    """The outputs in a worker's answer: little-endian float32 in base64, with their shapes."""
    packed = answer["outputs"]
    return [np.frombuffer(base64.b64decode(o["data"]), "<f4").reshape(o["shape"]) for o in packed]


def are_probabilities(outputs: Outputs) -> bool:
    """Whether there is one output, of numbers from 0 to 1 that add up to 1 but for what int8 rounds away."""
    if len(outputs) != 1 or not outputs[0].size:
        return False
    (values,) = outputs
    return bool(values.min() >= 0 and values.max() <= 1 and abs(values.sum(dtype=np.float64) - 1) < 0.25)


class Comparison:
    """Compares each run's outputs with those of the run of the same model that came up first, numpy's where it runs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._references: dict[str, tuple[int, Outputs]] = {}

    def told(self, spec: RunSpec, outputs: Outputs, card: Union[ModelCard, OwnCard, None]) -> dict[str, Any]:
        """The data of an ``outputs`` event: what was seen, the difference or why there is none, and from which run.

        ``card`` is the model's; None for a file of the user's own that was given noise.
        """
        if spec.framework == NULL:
            return {}
        data = self._seen(spec, outputs, card) if is_picture(self._plan.input) else {}
        if spec.model not in self._references:
            self._references[spec.model] = (spec.id, outputs)
            return data
        reference, theirs = self._references[spec.model]
        raw = not are_probabilities(theirs)
        difference = largest_difference(outputs, theirs, raw=raw)
        key, value = ("disagrees", difference.reason) if isinstance(difference, Missing) else ("difference", difference)
        return {**data, "raw": raw, "agrees_with": reference, key: value}

    def _seen(self, spec: RunSpec, outputs: Outputs, card: Union[ModelCard, OwnCard, None]) -> dict[str, Any]:
        if isinstance(card, OwnCard):
            return self._seen_by_own(spec, outputs, card)
        if card is not None and card.task == DETECTION:
            return detected(outputs, card, picture_size(self._plan.input))
        if card is not None and card.trained:
            return _labels(outputs, imagenet_labels())
        return {}

    def _seen_by_own(self, spec: RunSpec, outputs: Outputs, card: OwnCard) -> dict[str, Any]:
        how = self._plan.preparation
        if is_post_processed(outputs):
            size = picture_size(self._plan.input)
            return detected_of_four(outputs, card.preprocessing, size, labels_for(0, how, spec.model))
        if len(outputs) == 1 and outputs[0].size > 1:
            return _labels(outputs, labels_for(outputs[0].size, how, spec.model))
        return {}


def _labels(outputs: Outputs, labels: tuple[str, ...]) -> dict[str, Any]:
    return {"labels": [list(pair) for pair in top5(outputs[0], labels)]}
