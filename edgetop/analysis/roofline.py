"""The roofline: how much of what a board can compute and move an inference uses.

A run is a point: its operations a second over its operations per byte. The roof is what memory can feed, up to the
best matrix product that any framework made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Union

from edgetop.readings import Figure, Missing

ROUNDING = 1 + 1e-9
NO_PRODUCT = Missing("no matrix product was measured", "Add gemm_1024 to the plan's models")


def gflops(macs: int, seconds: Figure) -> Figure:
    """Billions of operations a second of one inference: a multiply-accumulate is two.

    Of a matrix product, whose multiply-accumulates are m n k, this is 2 m n k / t.
    """
    return seconds if isinstance(seconds, Missing) else 2 * macs / seconds / 1e9


@dataclass(frozen=True)
class Point:
    """One run."""

    title: str
    gflops: float
    intensity: float
    """Operations per byte that must be moved: weights, input and output once. What else is moved makes it less."""


@dataclass(frozen=True)
class Roof:
    """What a board reaches at best: billions of operations and bytes a second."""

    gflops: float
    gbps: Figure
    of: str
    """The run the first is of."""
    notes: tuple[str, ...] = ()
    """What the roof was lifted to, and why."""

    @property
    def ridge(self) -> Figure:
        """From so many operations per byte on, memory is no limit."""
        return self.gbps if isinstance(self.gbps, Missing) else self.gflops / self.gbps

    def at(self, intensity: float) -> float:
        """Billions of operations a second."""
        return self.gflops if isinstance(self.gbps, Missing) else min(self.gflops, self.gbps * intensity)


def roof(products: Sequence[Point], others: Sequence[Point], gbps: Figure) -> Union[Roof, Missing]:
    """The roof over all points, its top the best of the ``products``; Missing without any.

    No point can lie above what a board reaches: where one does, the products or the copy were no best ones, and the
    roof is lifted to it.
    """
    if not products:
        return NO_PRODUCT
    best = max(products, key=lambda point: point.gflops)
    peak, of, notes = best.gflops, best.title, []
    highest = max(others, key=lambda point: point.gflops, default=best)
    if highest.gflops > peak:
        peak, of = highest.gflops, highest.title
        notes.append(
            f"the roof is lifted to {of}, {peak:.4g} GFLOP/s: above the best matrix product, {best.title},"
            f" {best.gflops:.4g} GFLOP/s"
        )
    steepest = max((*products, *others), key=lambda point: point.gflops / point.intensity)
    slope = steepest.gflops / steepest.intensity
    if not isinstance(gbps, Missing) and slope > gbps:
        notes.append(
            f"the slope is lifted to {steepest.title}, {slope:.4g} GB/s: above a copy in memory, {gbps:.4g} GB/s;"
            " what it moves stays in the caches"
        )
        gbps = slope
    made = Roof(peak, gbps, of, tuple(notes))
    above = [point.title for point in (*products, *others) if point.gflops > made.at(point.intensity) * ROUNDING]
    assert not above, f"above the roof: {above}"
    return made
