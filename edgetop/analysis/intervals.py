"""Confidence intervals by batch means, which hold where successive latencies depend on each other."""

from __future__ import annotations

import math
from typing import Union

import numpy as np

from edgetop.analysis.percentiles import minimum_count, nearest_rank
from edgetop.analysis.student import t_975
from edgetop.readings import Missing
from edgetop.samples import Int64s

BATCHES = 10
BATCH_TIMES = 10
"""A batch is so many correlation times long, so that batches hardly depend on each other."""
UNCORRELATED = 0.05
LOOKED_AT = 1 << 15
"""Samples from which the correlation is estimated, at most."""


def correlation_time(values: Int64s) -> float:
    """Over how many samples their dependence reaches: 1 + 2 x the sum of correlations up to the first below 0.05."""
    looked_at = values[-LOOKED_AT:]
    centred = looked_at - looked_at.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    covariance = np.fft.irfft(np.abs(spectrum) ** 2)[: len(centred)]
    if covariance[0] <= 0:
        return 1.0
    correlation = covariance / covariance[0]
    below = np.flatnonzero(correlation < UNCORRELATED)
    reach = int(below[0]) if len(below) else len(correlation)
    return 1.0 + 2.0 * float(correlation[1:reach].sum())


def batch_means(values: Int64s, percent: float) -> Union[tuple[float, float], Missing]:
    """The 95 % interval of a percentile, in the values' unit: over ten consecutive batches, mean +- t s / sqrt(10).

    Missing until each batch has enough samples for the percentile and is ten correlation times long.
    """
    needed = BATCHES * minimum_count(percent)
    if len(values) >= needed:
        needed = max(needed, math.ceil(BATCHES * BATCH_TIMES * correlation_time(values)))
    if len(values) < needed:
        return Missing(f"needs {needed} inferences, has {len(values)}")
    per_batch = [nearest_rank(batch, (percent,))[0] for batch in np.array_split(values, BATCHES)]
    estimates = np.array([float(value) for value in per_batch if not isinstance(value, Missing)])
    middle = float(estimates.mean())
    half = t_975(BATCHES - 1) * float(estimates.std(ddof=1)) / math.sqrt(BATCHES)
    return middle - half, middle + half
