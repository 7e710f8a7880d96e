"""The median of some ratios, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def median_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """The median and its 95 % interval, by order statistics."""
    ordered, half = np.sort(values), 0.98 * len(values) ** 0.5
    low, high = max(0, round(len(values) / 2 - half)), min(len(values) - 1, round(len(values) / 2 + half))
    return float(np.median(values)), float(ordered[low]), float(ordered[high])
