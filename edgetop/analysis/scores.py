"""AIoTBench's scores, valid images and valid operations a second, with their errors.

VIPS = sum of accuracy / time, VOPS = sum of accuracy x operations / time, over workloads: a model on a framework. They
are sums, so only scores of the same set of workloads can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

from edgetop.readings import Figure, Missing

OPERATIONS = {
    "resnet50": 3800e6,
    "inception_v3": 5000e6,
    "densenet121": 2800e6,
    "squeezenet1_0": 833e6,
    "mobilenet_v2": 300e6,
    "mnasnet1_0": 315e6,
}
"""Of one image, as AIoTBench counts them: a multiply-accumulate is one."""


@dataclass(frozen=True)
class Workload:
    """A model on a framework: what share of how many pictures it names rightly, and its seconds a picture."""

    model: str
    framework: str
    accuracy: float
    """Top-1, from 0 to 1."""
    pictures: int
    seconds: float
    seconds_error: Figure
    """A standard error."""


@dataclass(frozen=True)
class Score:
    """A score in images or operations a second, and its standard error."""

    value: float
    error: Figure


def vips(workloads: Sequence[Workload]) -> Score:
    """Valid images a second; of no workload 0."""
    return _score(workloads, [1.0] * len(workloads))


def vops(workloads: Sequence[Workload]) -> Union[Score, Missing]:
    """Valid operations a second; Missing where AIoTBench has no count of a model, for which its code takes 1."""
    unknown = sorted({workload.model for workload in workloads} - set(OPERATIONS))
    if unknown:
        return Missing(f"AIoTBench has no count of operations of {', '.join(unknown)}")
    return _score(workloads, [OPERATIONS[workload.model] for workload in workloads])


def _score(workloads: Sequence[Workload], factors: Sequence[float]) -> Score:
    """The sum; all workloads see the same pictures and answer much alike, so that the errors by the choice of pictures
    add up, while those of the times are independent."""
    value = by_pictures = by_time = 0.0
    missing: Figure = 0.0
    for workload, factor in zip(workloads, factors):
        rate = factor / workload.seconds
        share = workload.accuracy
        value += share * rate
        by_pictures += rate * math.sqrt(share * (1 - share) / workload.pictures)
        if isinstance(workload.seconds_error, Missing):
            missing = workload.seconds_error
        else:
            by_time += (share * rate * workload.seconds_error / workload.seconds) ** 2
    return Score(value, missing if isinstance(missing, Missing) else math.hypot(by_pictures, math.sqrt(by_time)))
