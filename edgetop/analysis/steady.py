"""Whether a series of latencies has come to rest, and from where on.

Warm-up ends where the standard error of the rest is least (MSER, White 1997). The rest is steady when no change of
level is left in its second half (binary segmentation, penalty 3 log n) and its last three batches agree within 1 %.
At most 43.5 % of programs on virtual machines of languages ever get there (Barrett et al. 2017): a series that does
not is labelled, never cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

import numpy as np
import numpy.typing as npt

from edgetop.analysis.percentiles import median
from edgetop.readings import Missing

Float64s = npt.NDArray[np.float64]

LEAST = 30
POINTS = 300
"""A longer series is looked at in so many medians of neighbours."""
SAME = 0.01
PENALTY = 3.0
SPIKE_IQR = 3.0
_SHORTEST = 5


@dataclass(frozen=True)
class Steadiness:
    """From which share of the series on it is at rest, 0 for all of it; and why it is not, where it is not."""

    since: float
    trouble: str = ""


@dataclass(frozen=True)
class Outliers:
    """How many there are, and by which share of itself the mean is greater for them."""

    count: int
    share_of_mean: float


def fence(values: Union[Float64s, npt.NDArray[np.int64]]) -> float:
    """What lies above it is an outlier: three interquartile ranges above the third quartile, as spikes do."""
    low, high = np.percentile(values, (25, 75))
    return float(high + SPIKE_IQR * (high - low))


def outliers(values: Union[Float64s, npt.NDArray[np.int64]]) -> Outliers:
    """Those of positive values that lie above the fence."""
    inside = values <= fence(values)
    return Outliers(len(values) - int(inside.sum()), 1 - float(values[inside].mean()) / float(values.mean()))


def steadiness(series: Sequence[float]) -> Union[Steadiness, Missing]:
    """Of a series in order of time, as the medians of a run's turns."""
    if len(series) < LEAST:
        return Missing(f"needs {LEAST} turns, has {len(series)}")
    parts = np.array_split(np.asarray(series, np.float64), min(len(series), POINTS))
    points = _without_spikes(np.array([median(part) for part in parts]))
    cut = _truncation(points)
    rest = points[cut:]
    if cut >= len(points) // 2:
        return Steadiness(cut / len(points), "it was still changing half way through")
    change = _last_change(rest)
    if change > len(rest) // 2:
        return Steadiness(cut / len(points), "its level changed in the second half")
    medians = [median(batch) for batch in np.array_split(rest, 10)[-3:]]
    apart = max(medians) / min(medians) - 1
    if apart > SAME:
        return Steadiness(cut / len(points), f"its last turns are {100 * apart:.1f} % apart")
    return Steadiness(cut / len(points))


def _without_spikes(points: Float64s) -> Float64s:
    return np.minimum(points, fence(points))


def _truncation(points: Float64s) -> int:
    """Where to cut so that the rest's mean is known best."""
    count = len(points)
    sums, squares = np.cumsum(points[::-1])[::-1], np.cumsum(points[::-1] ** 2)[::-1]
    left = count - np.arange(count)
    spread = np.maximum(squares - sums**2 / left, 0.0) / left**2
    return int(np.argmin(spread[: count - _SHORTEST]))


def _last_change(points: Float64s) -> int:
    """The place of the last change of level, 0 where there is none."""
    differences = np.abs(np.diff(points))
    noise = (
        float(np.median(differences)) / 0.954 or float(points.std()) or 1.0
    )  # of the difference of two normal values
    penalty = PENALTY * math.log(len(points)) * noise**2
    found, waiting = [0], [(0, len(points))]
    while waiting:
        low, high = waiting.pop()
        place, gain = _best_split(points[low:high])
        if gain > penalty:
            found.append(low + place)
            waiting += [(low, low + place), (low + place, high)]
    return max(found)


def _best_split(points: Float64s) -> tuple[int, float]:
    """Where two levels instead of one lessen the squares most, and by how much."""
    count = len(points)
    if count < 2 * _SHORTEST:
        return 0, 0.0
    places = np.arange(_SHORTEST, count - _SHORTEST + 1)
    sums = np.cumsum(points)
    before, after = sums[places - 1] / places, (sums[-1] - sums[places - 1]) / (count - places)
    gains = places * (count - places) / count * (before - after) ** 2
    best = int(np.argmax(gains))
    return int(places[best]), float(gains[best])
