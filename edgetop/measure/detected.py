"""What a detector's outputs say of the picture, and how long it takes to read them, which is no part of inference."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any, Callable

import numpy.typing as npt

from edgetop.clock import now_ns
from edgetop.networks.cards import ModelCard
from edgetop.networks.detection.found import Detection, Size, detections, detections_of_four
from edgetop.placement import Fitting

Outputs = Sequence[npt.NDArray[Any]]
SHOWN = 20
"""The surest, which go into the event."""
TIMES = 3
"""The first reading works out anchors and reads labels; the median is of one that need not."""


def detected(outputs: Outputs, card: ModelCard, size: Size) -> dict[str, Any]:
    """For an ``outputs`` event: ``detections`` and ``decode_ns``, of a detector of the zoo.

    ``size`` is the picture's width and height. Raises ValueError as ``detections`` does.
    """
    return _timed(lambda: detections(outputs, card, size))


def detected_of_four(outputs: Outputs, how: Fitting, size: Size, labels: Sequence[str] = ()) -> dict[str, Any]:
    """The same of a file that ends in TensorFlow Lite's detection operator; raises ValueError for other outputs."""
    return _timed(lambda: detections_of_four(outputs, how, size, labels))


def _timed(read: Callable[[], tuple[Detection, ...]]) -> dict[str, Any]:
    durations_ns = []
    found: tuple[Detection, ...] = ()
    for _ in range(TIMES):
        start = now_ns()
        found = read()
        durations_ns.append(now_ns() - start)
    return {"detections": [list(each.row) for each in found[:SHOWN]], "decode_ns": median(durations_ns)}
