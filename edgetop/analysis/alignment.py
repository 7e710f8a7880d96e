"""Finds when a recording of another clock began, by laying its course over one of ours where they are most alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np
import numpy.typing as npt

from edgetop.readings import Missing

Float64s = npt.NDArray[np.float64]

FINEST_S = 0.005
"""No finer is time divided: between two readings nothing is known, and turns are longer."""
MOST_CELLS = 1 << 20
"""Of both recordings; longer ones are divided more coarsely."""
LEAST_CELLS = 20
LEAST_OVERLAP = 0.5
"""Of the shorter recording."""
LEAST_SPREAD = 0.3
"""Of a recording's standard deviation must be in the overlap: the likeness of two flat stretches means nothing."""
LEAST_R = 0.5
LEAST_CLEAR = 1.1
"""So many times as much must the next best place leave unexplained: a signal that repeats fits in many places."""


@dataclass(frozen=True)
class Course:
    """Something that went up and down: values at ascending times in seconds of its own clock."""

    t_s: Float64s
    values: Float64s

    @property
    def step_s(self) -> float:
        """The usual time between two values."""
        return float(np.median(np.diff(self.t_s))) if len(self.t_s) > 1 else 0.0


@dataclass(frozen=True)
class Alignment:
    """``offset_s`` is to be taken from the times of the one to have those of the other; ``r`` how alike they are."""

    offset_s: float
    r: float


def align(moved: Course, fixed: Course) -> Union[Alignment, Missing]:
    """Where ``moved`` fits ``fixed``, finer than their steps; Missing with the reason where that is not clear.

    The correlation coefficient over the overlap, at each shift at which half of the shorter one overlaps; longer
    overlaps count for more, by their square root, as an accidental likeness does not last.
    """
    if min(len(moved.t_s), len(fixed.t_s)) < 2:
        return Missing("there are too few values")
    spans = [float(course.t_s[-1] - course.t_s[0]) for course in (moved, fixed)]
    cell_s = max(moved.step_s, fixed.step_s, FINEST_S, sum(spans) / MOST_CELLS)
    x, y = (_resampled(course, cell_s) for course in (moved, fixed))
    least = int(np.ceil(LEAST_OVERLAP * min(len(x), len(y))))
    if min(len(x), len(y)) < LEAST_CELLS:
        return Missing(f"{min(spans):.3g} s in steps of {cell_s:.3g} s are too few to compare")
    r, overlap = _correlations(x, y, least)
    score = r * np.sqrt(overlap / min(len(x), len(y)))
    best = int(np.argmax(score))
    if r[best] < LEAST_R:
        return Missing(f"they are not alike anywhere: r {max(0.0, float(r[best])):.2f} at best")
    other = _next_best(score, best)
    if (1 - score[other] ** 2) < LEAST_CLEAR * (1 - score[best] ** 2):
        apart_s = abs(other - best) * cell_s
        return Missing(f"two places {apart_s:.3g} s apart fit almost equally well, r {r[best]:.2f} and {r[other]:.2f}")
    shift = best - (len(y) - least) + _vertex(score, best)
    return Alignment(float(moved.t_s[0] - fixed.t_s[0]) + shift * cell_s, float(r[best]))


def _resampled(course: Course, cell_s: float) -> Float64s:
    """Means over cells of equal length, less the mean of all; a straight line is assumed between two values."""
    t_s = course.t_s - course.t_s[0]
    parts = (course.values[1:] + course.values[:-1]) / 2 * np.diff(t_s)
    integral = np.concatenate(([0.0], np.cumsum(parts)))
    edges = np.arange(int(t_s[-1] / cell_s) + 1) * cell_s
    means = np.diff(np.interp(edges, t_s, integral)) / cell_s
    return np.asarray(means - means.mean() if len(means) else means, np.float64)


def _correlations(x: Float64s, y: Float64s, least: int) -> tuple[Float64s, Float64s]:
    """Correlation coefficient and cells of overlap where y begins at cell k of x, for k from ``least - len(y)`` on."""
    shifts = np.arange(least - len(y), len(x) - least + 1)
    size = 1 << (len(x) + len(y)).bit_length()
    product = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)[shifts % size]
    low, high = np.maximum(shifts, 0), np.minimum(shifts + len(y), len(x))
    count = (high - low).astype(np.float64)
    sum_x, var_x = _moments(x, low, high, count)
    sum_y, var_y = _moments(y, low - shifts, high - shifts, count)
    flat = (var_x < LEAST_SPREAD**2 * x.var()) | (var_y < LEAST_SPREAD**2 * y.var()) | (var_x * var_y <= 0)
    spread = np.sqrt(np.where(flat, 1.0, var_x * var_y))
    r = (product - sum_x * sum_y / count) / (count * spread)
    return np.where(flat, 0.0, np.clip(r, -1.0, 1.0)), count


def _moments(
    values: Float64s, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64], count: Float64s
) -> tuple[Float64s, Float64s]:
    """Sum and variance of each stretch of the values."""
    sums, squares = (np.concatenate(([0.0], np.cumsum(each))) for each in (values, values**2))
    total = sums[high] - sums[low]
    return total, (squares[high] - squares[low]) / count - (total / count) ** 2


def _next_best(score: Float64s, best: int) -> int:
    """The best place beyond the foot of the peak on either side; the worst of all where there is none."""
    rises = np.flatnonzero(np.diff(score[best:]) > 0)
    falls = np.flatnonzero(np.diff(score[: best + 1]) < 0)
    outside = np.full(len(score), -1.0)
    if len(rises):
        outside[best + rises[0] :] = score[best + rises[0] :]
    if len(falls):
        outside[: falls[-1] + 2] = score[: falls[-1] + 2]
    return int(np.argmax(outside))


def _vertex(score: Float64s, best: int) -> float:
    """The top of the parabola through a peak and its neighbours, in cells from the peak, half a cell at most."""
    if not 0 < best < len(score) - 1:
        return 0.0
    before, top, after = score[best - 1 : best + 2]
    curve = before - 2 * top + after
    return float(np.clip((before - after) / (2 * curve), -0.5, 0.5)) if curve < 0 else 0.0
