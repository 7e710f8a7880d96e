"""Confidence intervals by batch means, which hold where successive latencies depend on each other."""

from __future__ import annotations

import math
from typing import Union

import numpy as np

from edgetop.analysis.percentiles import minimum_count, nearest_rank
from edgetop.readings import Missing
from edgetop.samples import Int64s

BATCHES = 10
T_975 = 2.262
"""Student's t, 97.5 %, for nine degrees of freedom."""


def batch_means(values: Int64s, percent: float) -> Union[tuple[float, float], Missing]:
    """The 95 % interval of a percentile, in the values' unit: over ten consecutive batches, mean +- t s / sqrt(10)."""
    needed = BATCHES * minimum_count(percent)
    if len(values) < needed:
        return Missing(f"needs {needed} inferences, has {len(values)}")
    per_batch = [nearest_rank(batch, (percent,))[0] for batch in np.array_split(values, BATCHES)]
    estimates = np.array([float(value) for value in per_batch if not isinstance(value, Missing)])
    middle = float(estimates.mean())
    half = T_975 * float(estimates.std(ddof=1)) / math.sqrt(BATCHES)
    return middle - half, middle + half
