"""Whether frameworks answer alike: the largest difference between their outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from edgetop.readings import Missing

Array = npt.NDArray[Any]

TOLERANCE = {"fp32": 1e-5, "fp16": 5e-3, "int8": 0.1}
"""Largest difference of a probability, by precision, that still counts as agreement."""


def largest_difference(outputs: Sequence[Array], reference: Sequence[Array]) -> Union[float, Missing]:
    """The largest absolute difference over all outputs, or why they cannot be compared."""
    if [output.size for output in outputs] != [output.size for output in reference]:
        return Missing("its outputs have other shapes")
    differences = [np.abs(a.ravel() - b.ravel()) for a, b in zip(outputs, reference) if a.size]
    largest = max((float(d.max()) for d in differences), default=0.0)
    return largest if math.isfinite(largest) else Missing("its outputs are not all numbers")
