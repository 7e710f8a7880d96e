"""What the aggregate keeps of a stream: growing arrays, and the columns of the charts."""

from __future__ import annotations

from typing import Optional, Union

import numpy as np
import numpy.typing as npt

from edgetop.samples import Int64s

COLUMN_NS = 250_000_000
KEPT_COLUMNS = 2400
"""Ten minutes: the widest screen shows less than two."""

_SPARE = 600
"""Old columns go so many at a time: to look for the oldest at each new one took a third of a replay's time."""
_FEW = 16
"""Up to so many values are sorted in one by one: four times faster than numpy, measured."""

Column = Optional[tuple[float, float, float]]


class GrowingArray:
    """Whole numbers that only ever grow in number; appending is amortised constant time."""

    def __init__(self) -> None:
        self._room = np.empty(1024, np.int64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, values: Int64s) -> None:
        """Append."""
        end = self._size + len(values)
        if end > len(self._room):
            room = np.empty(max(end, 2 * len(self._room)), np.int64)
            room[: self._size] = self._room[: self._size]
            self._room = room
        self._room[self._size : end] = values
        self._size = end

    def view(self) -> Int64s:
        """All values, without a copy; valid until the next ``extend``."""
        return self._room[: self._size]


class ColumnStore:
    """Minimum, mean and maximum of one series per column of time."""

    def __init__(self) -> None:
        self._open: dict[int, list[float]] = {}  # column: minimum, sum, maximum, count

    def add(self, since_start_ns: Int64s, values: Union[Int64s, npt.NDArray[np.float64]]) -> None:
        """Sort values into their columns; times in any order."""
        columns = since_start_ns // COLUMN_NS
        if len(values) <= _FEW:
            for column, value in zip(columns.tolist(), values.tolist()):
                self._merge(column, value, value, value, 1)
            return
        order = np.argsort(columns, kind="stable")
        columns, values = columns[order], values[order]
        starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
        lows = np.minimum.reduceat(values, starts)
        sums = np.add.reduceat(values.astype(np.float64), starts)
        highs = np.maximum.reduceat(values, starts)
        counts = np.diff(starts, append=len(values))
        for place, start in enumerate(starts.tolist()):
            self._merge(int(columns[start]), float(lows[place]), float(sums[place]), float(highs[place]), counts[place])

    def _merge(self, column: int, low: float, total: float, high: float, count: float) -> None:
        held = self._open.get(column)
        if held is None:
            self._open[column] = [low, total, high, float(count)]
            if len(self._open) > KEPT_COLUMNS + _SPARE:
                for old in sorted(self._open)[:_SPARE]:
                    del self._open[old]
            return
        held[:] = [min(held[0], low), held[1] + total, max(held[2], high), held[3] + count]

    def columns(self, first: int, end: int) -> tuple[Column, ...]:
        """The columns [first, end), None where nothing fell."""
        return tuple(self._column(k) for k in range(first, end))

    def _column(self, k: int) -> Column:
        held = self._open.get(k)
        if held is None:
            return None
        low, total, high, count = held
        return _short(low), _short(total / count), _short(high)


def _short(value: float) -> float:
    """Five significant digits: a chart shows two, and the line to the screen is paid by the byte."""
    rounded = float(f"{value:.5g}")
    return int(rounded) if rounded.is_integer() else rounded
