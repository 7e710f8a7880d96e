"""Weights in half precision: half the file, with three digits of each number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edgetop.networks.graph import Array

LARGEST = float(np.finfo(np.float16).max)


def half(name: str, array: Array) -> npt.NDArray[np.float16]:
    """The array in fp16, little-endian; raises ValueError where a number is too large for it."""
    if array.size and float(np.abs(array).max()) > LARGEST:
        raise ValueError(f"{name}: {float(np.abs(array).max()):g} is beyond fp16, which ends at {LARGEST:g}")
    return array.astype("<f2")
