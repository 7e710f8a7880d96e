"""Whether frameworks answer alike: the largest difference between their outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from edgetop.readings import Missing

Array = npt.NDArray[Any]

TOLERANCE = {"fp32": 1e-5, "fp16": 5e-3, "bf16": 5e-2, "int8": 0.1}
"""Largest difference of a probability, by precision, that still counts as agreement."""
RAW_TOLERANCE = {"fp32": 1e-4, "fp16": 2e-2, "bf16": 0.1, "int8": 0.5}
"""The same of other outputs, as a share of the largest value of each."""


def largest_difference(
    outputs: Sequence[Array], reference: Sequence[Array], *, raw: bool = False
) -> Union[float, Missing]:
    """The largest absolute difference over all outputs, or why they cannot be compared.

    Of ``raw`` outputs, which are no probabilities, each difference is a share of the reference's largest value.
    """
    if [output.size for output in outputs] != [output.size for output in reference]:
        return Missing("its outputs have other shapes")
    pairs = [(a.ravel(), b.ravel()) for a, b in zip(outputs, reference) if a.size]
    largest = max((float(np.abs(a - b).max()) / (_unit(b) if raw else 1.0) for a, b in pairs), default=0.0)
    return largest if math.isfinite(largest) else Missing("its outputs are not all numbers")


def tolerance(precision: str, *, raw: bool) -> float:
    """The largest difference that still counts as agreement; 0 for an unknown precision."""
    return (RAW_TOLERANCE if raw else TOLERANCE).get(precision, 0.0)


def _unit(array: Array) -> float:
    """The largest value, or 1 where all are 0."""
    return float(np.abs(array).max()) or 1.0
