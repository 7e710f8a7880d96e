"""The charts' memory: the last columns of every series, by their place in the session."""

from __future__ import annotations

from bisect import bisect_left
from typing import Optional

from edgetop.protocol import Columns

LIMIT = 2400
"""Columns kept of a series: ten minutes at a quarter of a second each."""

Point = tuple[float, float, float]
"""Least, mean and greatest value within one column."""


class Series:
    """The points of one series in order of time; columns in which nothing fell have none."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.points: list[Point] = []

    def put(self, place: int, point: Point) -> None:
        """Set the point of column ``place``; a later word on a column replaces the earlier one."""
        at = bisect_left(self.places, place)
        if at < len(self.places) and self.places[at] == place:
            self.points[at] = point
            return
        self.places.insert(at, place)
        self.points.insert(at, point)

    def forget_before(self, place: int) -> None:
        """Drop the points of columns before ``place``."""
        at = bisect_left(self.places, place)
        del self.places[:at], self.points[:at]

    def between(self, first: int, end: int) -> list[Point]:
        """The points of the columns from ``first`` up to, not with, ``end``."""
        return self.points[bisect_left(self.places, first) : bisect_left(self.places, end)]

    def place_before(self, place: int) -> Optional[int]:
        """The last column before ``place`` that has a point."""
        at = self.index_before(place)
        return self.places[at] if at >= 0 else None

    def index_before(self, place: int) -> int:
        """Where the last point before column ``place`` stands; -1 where there is none."""
        return bisect_left(self.places, place) - 1


class History:
    """All series of the charts, as Snapshots bring them."""

    def __init__(self) -> None:
        self.series: dict[str, Series] = {}
        self.width_ns = 250_000_000
        self.end = 0
        """The column after the newest."""

    def series_of(self, name: str) -> Series:
        """The series of this name, begun where there is none."""
        return self.series.setdefault(name, Series())

    def clear(self) -> None:
        """Forget everything: the columns restart."""
        self.series.clear()
        self.end = 0

    def add(self, columns: Columns) -> None:
        """Take in new columns; more than ``LIMIT`` of them push out the oldest."""
        if columns.width_ns != self.width_ns:
            self.clear()
            self.width_ns = columns.width_ns
        for name, points in columns.series.items():
            series = self.series_of(name)
            for offset, point in enumerate(points):
                if point is not None:
                    series.put(columns.first + offset, point)
            self.end = max(self.end, columns.first + len(points))
        for series in self.series.values():
            if series.places and series.places[0] < self.end - LIMIT - LIMIT // 10:
                series.forget_before(self.end - LIMIT)
