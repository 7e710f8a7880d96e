"""How often a model is right, how sure that is, and whether two runs differ: shares of pictures and their intervals.

A share's interval is Wilson's. Two runs that have seen the same pictures are compared by those on which one alone was
right, which tells far smaller differences apart than two intervals do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""97.5 % of a normal distribution lie below."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Paired:
    """Two runs on the same ``count`` pictures: on so many the first alone was right, on so many the second alone."""

    only_first: int
    only_second: int
    count: int

    @property
    def difference(self) -> float:
        """The first's share of right answers less the second's."""
        return (self.only_first - self.only_second) / self.count


def wilson(hits: int, count: int, z: float = Z95) -> Interval:
    """The interval of a share by its score; ``count`` is above 0."""
    share, square = hits / count, z * z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    # At the ends it is exact, which rounding must not spoil.
    return (0.0 if hits == 0 else max(0.0, middle - half), 1.0 if hits == count else min(1.0, middle + half))


def paired_interval(pair: Paired, z: float = Z95) -> Interval:
    """The interval of the difference of two shares on the same pictures, as Bonett and Price have it.

    With one more picture on which each alone is right: it has a width where the two never differed, too.
    """
    first, second = ((only + 1) / (pair.count + 2) for only in (pair.only_first, pair.only_second))
    half = z * math.sqrt((first + second - (first - second) ** 2) / (pair.count + 2))
    return max(-1.0, first - second - half), min(1.0, first - second + half)
