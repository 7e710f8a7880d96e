"""The names of ImageNet's classes, and which of them a model's output favours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.config import asset


@lru_cache(maxsize=1)
def imagenet_labels() -> tuple[str, ...]:
    """The 1000 class names in the order of their indices."""
    with open(asset("imagenet_labels.txt"), encoding="utf-8") as file:
        return tuple(file.read().splitlines())


def top5(probabilities: npt.NDArray[Any], labels: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The five most probable labels with their probabilities, the likeliest first.

    ``probabilities`` may carry batch dimensions of 1. Models that count the background as class 0
    give one more than there are labels. Raises ValueError for any other number.
    """
    flat = np.asarray(probabilities).reshape(-1)
    background = flat.size - len(labels)
    if background not in (0, 1):
        raise ValueError(f"{flat.size} probabilities for {len(labels)} labels")
    flat = flat[background:]
    order = np.argsort(-flat, kind="stable")[:5]
    return tuple((labels[index], float(flat[index])) for index in order)
