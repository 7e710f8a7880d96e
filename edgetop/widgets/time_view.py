"""Which part of the charts' memory is shown, and how coarsely: up to the newest, or up to a moment that is held."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Optional

from edgetop.widgets.history import History, Point
from edgetop.widgets.limits import NOW

ZOOMS = (1, 2, 4, 8)
"""Columns that are drawn as one."""


@dataclass(frozen=True)
class TimeView:
    """``end`` is the column after the last one shown while the view is held; None follows the newest."""

    zoom: int = 1
    end: Optional[int] = None

    @property
    def held(self) -> bool:
        """Whether the charts stand still."""
        return self.end is not None


def moved(view: TimeView, columns: int, history: History) -> TimeView:
    """Held so many drawn columns further on, or back; beyond the newest it follows again."""
    now = history.end if view.end is None else view.end
    end = max(_oldest(history) + 1, now + columns * view.zoom)
    return replace(view, end=end if end < history.end else None)


def held(view: TimeView, history: History) -> TimeView:
    """Held at the newest column."""
    return replace(view, end=history.end)


def zoomed(view: TimeView, steps: int, history: History, columns: int) -> TimeView:
    """So many steps coarser, or finer.

    Near the oldest column that is kept, a held view goes on as far as fills ``columns``: else it would show nearly
    nothing.
    """
    place = ZOOMS.index(view.zoom) + steps
    view = replace(view, zoom=ZOOMS[max(0, min(place, len(ZOOMS) - 1))])
    if view.end is None:
        return view
    return replace(view, end=max(view.end, min(history.end, _oldest(history) + columns * view.zoom)))


def _oldest(history: History) -> int:
    return min((series.places[0] for series in history.series.values() if series.places), default=0)


def shown(history: History, view: TimeView, names: Iterable[str]) -> History:
    """The series of these names, and the limits, as the view has them; the memory itself where it shows all of it.

    A coarse column has the least and the greatest of those in it, and the mean of their means.
    """
    if view == TimeView():
        return history
    end = history.end if view.end is None else view.end
    part = History()
    part.width_ns, part.end = history.width_ns * view.zoom, -(-end // view.zoom)
    for name in (*names, NOW):
        series = history.series.get(name)
        if series is None:
            continue
        groups: dict[int, list[Point]] = {}
        until = bisect_left(series.places, end)
        for place, point in zip(series.places[:until], series.points[:until]):
            groups.setdefault(place // view.zoom, []).append(point)
        join = _all_bits if name == NOW else _joined
        for place, points in groups.items():
            part.series_of(name).put(place, join(points) if len(points) > 1 else points[0])
    return part


def _joined(points: list[Point]) -> Point:
    least, means, greatest = zip(*points)
    return min(least), sum(means) / len(means), max(greatest)


def _all_bits(points: list[Point]) -> Point:
    bits = reduce(or_, (int(least) | int(greatest) for least, _, greatest in points))
    return bits, bits, bits
