"""Rows that are all kept while they are few; of many, those that chance has chosen, so that a day takes no more memory.

Chance goes by a row's own number alone: the same rows are chosen live and in a replay, however they came in batches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.engine.series import GrowingArray
from edgetop.samples import Int64s

_MOST_HALVINGS = 63


def lots(numbers: Int64s) -> npt.NDArray[np.uint64]:
    """A number's lot: as good as random, always the same (splitmix64's finaliser), so that no rhythm is followed."""
    lot = numbers.astype(np.uint64)
    lot = (lot ^ (lot >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    lot = (lot ^ (lot >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return lot ^ (lot >> np.uint64(31))


class Chosen:
    """Rows of some columns, at most ``most`` and then at least about half as many; the first column numbers them."""

    def __init__(self, most: int, *kinds: type[Any]) -> None:
        self._most = most
        self._columns = [GrowingArray(kind) for kind in kinds]
        self._halvings = 0
        self.count = 0
        """Of all rows, chosen or not."""

    @property
    def columns(self) -> list[npt.NDArray[Any]]:
        """The chosen rows in the order in which they came, a view each column; valid until the next ``extend``."""
        return [column.view() for column in self._columns]

    @property
    def each(self) -> float:
        """For how many rows a chosen one stands."""
        return self.count / len(self._columns[0]) if len(self._columns[0]) else 1.0

    def extend(self, *columns: npt.NDArray[Any]) -> None:
        """Append rows, and choose anew among all when they are too many."""
        self.count += len(columns[0])
        if self._halvings:
            among = self._chosen(columns[0])
            columns = tuple(column[among] for column in columns)
        for kept, values in zip(self._columns, columns):
            kept.extend(values)
        while len(self._columns[0]) > self._most and self._halvings < _MOST_HALVINGS:
            self._halvings += 1
            among = self._chosen(self._columns[0].view())
            self._columns = [GrowingArray.of(column.view()[among]) for column in self._columns]

    def _chosen(self, numbers: Int64s) -> npt.NDArray[np.bool_]:
        among: npt.NDArray[np.bool_] = lots(numbers) & np.uint64((1 << self._halvings) - 1) == 0
        return among
