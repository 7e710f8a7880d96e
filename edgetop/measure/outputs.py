"""What the runs answered to the common input: labels, and how far apart the frameworks are."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.analysis.agreement import largest_difference
from edgetop.inputs.labels import imagenet_labels, top5
from edgetop.inputs.source import is_picture
from edgetop.networks import zoo
from edgetop.networks.own import is_file
from edgetop.plan import RunSpec
from edgetop.readings import Missing

Outputs = list[npt.NDArray[np.float32]]
NULL = "null"
"""The framework that answers nothing."""


def unpack(answer: Mapping[str, Any]) -> Outputs:
    """The outputs in a worker's answer: little-endian float32 in base64, with their shapes."""
    packed = answer["outputs"]
    return [np.frombuffer(base64.b64decode(o["data"]), "<f4").reshape(o["shape"]) for o in packed]


class Comparison:
    """Compares each run's outputs with those of the first run of the same model."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._references: dict[str, tuple[int, Outputs]] = {}

    def told(self, spec: RunSpec, outputs: Outputs) -> dict[str, Any]:
        """The data of an ``outputs`` event: labels, difference or why there is none, and from which run."""
        if spec.framework == NULL:
            return {}
        data: dict[str, Any] = {}
        if is_picture(self._source) and not is_file(spec.model) and zoo.card(spec.model).trained:
            data["labels"] = [list(pair) for pair in top5(outputs[0], imagenet_labels())]
        if spec.model not in self._references:
            self._references[spec.model] = (spec.id, outputs)
            return data
        reference, theirs = self._references[spec.model]
        difference = largest_difference(outputs, theirs)
        key, value = ("disagrees", difference.reason) if isinstance(difference, Missing) else ("difference", difference)
        return {**data, "agrees_with": reference, key: value}
