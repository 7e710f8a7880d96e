"""What the aggregate keeps of a stream: growing arrays, and the columns of the charts."""

from __future__ import annotations

from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from edgetop.samples import Int64s

COLUMN_NS = 250_000_000
KEPT_COLUMNS = 2400
"""Ten minutes: the widest screen shows less than two."""
COPIED_COLUMNS = 600
"""So many has a copy: two and a half minutes."""

_SPARE = 600
"""Old columns go so many at a time: to look for the oldest at each new one took a third of a replay's time."""
_FEW = 16
"""Up to so many values are sorted in one by one: four times faster than numpy, measured."""

Column = Optional[tuple[float, float, float]]


class _Room:
    """What growing arrays that began as one have in common: the values, and how many of them were written."""

    def __init__(self, values: npt.NDArray[Any], filled: int = 0) -> None:
        self.values = values
        self.filled = filled

    def widen(self, size: int) -> None:
        """Make room for so many, twice as much at least."""
        if size > len(self.values):
            values = np.empty(max(size, 2 * len(self.values)), self.values.dtype)
            values[: self.filled] = self.values[: self.filled]
            self.values = values


class GrowingArray:
    """Numbers that only ever grow in number; appending is amortised constant time.

    A copy shares its values: as long as both are given the same ones, as two readings of one file are, they are
    kept once.
    """

    def __init__(self, kind: type[Any] = np.int64) -> None:
        self._room = _Room(np.empty(1024, kind))
        self._size = 0

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> GrowingArray:
        """One that begins with these, which nobody changes from here on."""
        made = cls.__new__(cls)
        made._room, made._size = _Room(values, len(values)), len(values)
        return made

    def __len__(self) -> int:
        return self._size

    def __deepcopy__(self, memo: dict[int, Any]) -> GrowingArray:
        twin = GrowingArray.__new__(GrowingArray)
        twin._room, twin._size = self._room, self._size
        return twin

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Append."""
        end = self._size + len(values)
        known = max(0, min(end, self._room.filled) - self._size)
        if known and not np.array_equal(self._room.values[self._size : self._size + known], values[:known]):
            self._room, known = _Room(self.view().copy(), self._size), 0
        self._room.widen(end)
        self._room.values[self._size + known : end] = values[known:]
        self._room.filled = max(end, self._room.filled)
        self._size = end

    def view(self) -> npt.NDArray[Any]:
        """All values, without a copy; valid until the next ``extend``."""
        return self._room.values[: self._size]


class ColumnStore:
    """Minimum, mean and maximum of one series per column of time."""

    def __init__(self) -> None:
        self._open: dict[int, list[float]] = {}  # column: minimum, sum, maximum, count
        self._packed: Optional[npt.NDArray[np.float64]] = None

    def __deepcopy__(self, memo: dict[int, Any]) -> ColumnStore:
        """With the newest columns alone, packed until they are asked for: there may be hundreds of copies."""
        twin = ColumnStore()
        twin._packed = self._packed
        if self._open:
            twin._packed = np.array([(k, *self._open[k]) for k in sorted(self._open)[-COPIED_COLUMNS:]])
        return twin

    def _unpack(self) -> None:
        if self._packed is not None:
            self._open = {int(k): held for k, *held in self._packed.tolist()}
            self._packed = None

    def add(self, since_start_ns: Int64s, values: Union[Int64s, npt.NDArray[np.float64]]) -> None:
        """Sort values into their columns; times in any order."""
        self._unpack()
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
        self._unpack()
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
