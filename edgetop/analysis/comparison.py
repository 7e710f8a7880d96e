"""Which of two runs is faster, and by how much: from blocks of inferences that followed each other closely.

Whatever the machine was doing meanwhile, it did to both blocks of a pair: their ratio scatters far less than the times
do. Ratios of successive pairs are cut into ten batches whose medians give an interval with Student's t, which holds
where ratios drift, and lets single disturbed blocks pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union

import numpy as np
import numpy.typing as npt

from edgetop import units
from edgetop.analysis.student import t_975
from edgetop.readings import Missing

Float64s = npt.NDArray[np.float64]

BATCHES = 10
LEAST_PAIRS = 20
LONGEST_RUN = 5_000
"""Pairs that are looked at, the newest: more tell no more, and a day has a hundred thousand."""


@dataclass(frozen=True)
class Ratio:
    """How many times as much the second took as the first, and the 95 % interval of that."""

    value: float
    low: float
    high: float
    pairs: int

    @property
    def tells(self) -> bool:
        """Whether it tells the two apart."""
        return not self.low <= 1.0 <= self.high

    @property
    def inverse(self) -> Ratio:
        """The first against the second."""
        return Ratio(1 / self.value, 1 / self.high, 1 / self.low, self.pairs)


def paired(first: Mapping[int, float], second: Mapping[int, float]) -> Union[Ratio, Missing]:
    """The ratio of two runs' blocks, medians by the number of the sweep that both had a block in."""
    common = sorted(first.keys() & second.keys())[-LONGEST_RUN:]
    if len(common) < LEAST_PAIRS:
        return Missing(f"needs {LEAST_PAIRS} pairs of turns, has {len(common)}")
    logs = np.log(np.array([second[k] for k in common]) / np.array([first[k] for k in common]))
    medians = np.array([float(np.median(batch)) for batch in np.array_split(logs, BATCHES)])
    middle, half = float(medians.mean()), t_975(BATCHES - 1) * float(medians.std(ddof=1)) / math.sqrt(BATCHES)
    return Ratio(math.exp(middle), math.exp(middle - half), math.exp(middle + half), len(common))


def of_quantities(first: tuple[float, float], second: tuple[float, float]) -> Ratio:
    """The ratio of two independent figures, each with half of its 95 % interval, both above zero."""
    value = second[0] / first[0]
    half = math.hypot(first[1] / first[0], second[1] / second[0])
    return Ratio(value, value * math.exp(-half), value * math.exp(half), 0)


def ranks(runs: Sequence[int], ratios: Mapping[tuple[int, int], Union[Ratio, Missing]]) -> dict[int, int]:
    """A run's rank is one more than the number of runs that are told to be faster: who cannot be told apart from the
    best is first too. ``ratios`` has each pair once, either way round."""
    slower_than = dict.fromkeys(runs, 1)
    for (first, second), ratio in ratios.items():
        if not isinstance(ratio, Missing) and ratio.tells:
            slower_than[second if ratio.value > 1 else first] += 1
    return slower_than


def times_as_fast(first: str, second: str, ratio: Ratio, judge: str = "this session") -> str:
    """The verdict in words, the faster first; ``judge`` is what can tell no difference."""
    if not ratio.tells:
        return f"no difference between {first} and {second} that {judge} can tell (95 % {_interval(ratio)})"
    if ratio.value < 1:
        first, second, ratio = second, first, ratio.inverse
    return f"{first} is {_times(ratio)} times as fast as {second}, 95 % {_interval(ratio)}"


def times_as_much(first: str, second: str, what: str, ratio: Ratio, judge: str = "this session") -> str:
    """The verdict on something of which less is better, the more frugal first; without an interval where it is a
    point."""
    if not ratio.tells:
        return f"no difference in {what} between {first} and {second} that {judge} can tell"
    if ratio.value < 1:
        first, second, ratio = second, first, ratio.inverse
    interval = f", 95 % {_interval(ratio)}" if ratio.high > ratio.low else ""
    return f"{second} takes {_times(ratio)} times the {what} of {first}{interval}"


def _times(ratio: Ratio) -> str:
    return units.ratio(ratio.value, ratio.low, ratio.high)[0]


def _interval(ratio: Ratio) -> str:
    return units.ratio(ratio.value, ratio.low, ratio.high)[1]
