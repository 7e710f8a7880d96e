"""The pyramid as it is read: the coarsest level that answers, and below it where that is not written yet.

While a session goes on, and after a crash, the last bucket of each upper level is missing; the level below has
what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from edgetop.clock import SECOND_NS
from edgetop.sessions.pyramid import Stat, merged, unpack_histogram
from edgetop.sessions.schema import CHANNEL_BITS, LEVELS, MAX_CHANNELS

Select = Callable[..., list[tuple[Any, ...]]]
"""Runs one SELECT with its values and gives its rows."""


@dataclass(frozen=True)
class StatRow:
    """Statistics over ``width_ns`` from ``t_ns`` since the session's start, in the channel's integers."""

    t_ns: int
    width_ns: int
    n: int
    min: int
    max: int
    sum: int


def overview_rows(select: Select, channel: int, duration_ns: int, buckets: int) -> tuple[StatRow, ...]:
    """At most ``buckets`` rows of equal width that cover the session; stretches without values have none."""
    duration_s = -(-duration_ns // SECOND_NS)
    least_s = max(1, -(-duration_s // max(1, buckets)))
    level_s = max(width for width in LEVELS if width <= least_s)
    width_s = -(-least_s // level_s) * level_s
    found: dict[int, list[Stat]] = {}
    for second, stat in _level(select, level_s, 0, channel):
        found.setdefault(second // width_s, []).append(stat)
    width_ns = width_s * SECOND_NS
    return tuple(StatRow(bucket * width_ns, width_ns, *merged(stats)[:4]) for bucket, stats in sorted(found.items()))


def _level(select: Select, width_s: int, from_s: int, channel: int) -> list[tuple[int, Stat]]:
    """(Second, statistics) of a level from a second on, its end from the level below."""
    table = LEVELS[width_s]
    found = select(
        f"SELECT id, n, min, max, sum FROM {table} WHERE id >= ? AND (id & {MAX_CHANNELS - 1}) = ? ORDER BY id",
        from_s // width_s << CHANNEL_BITS,
        channel,
    )
    rows = [((row[0] >> CHANNEL_BITS) * width_s, _stat(row[1:])) for row in found]
    if width_s == 1:
        return rows
    ((last,),) = select(f"SELECT max(id) FROM {table}")
    written_s = from_s if last is None else ((last >> CHANNEL_BITS) + 1) * width_s
    return rows + _level(select, width_s // 10, max(from_s, written_s), channel)


def latencies(select: Select, channel: int) -> Optional[Stat]:
    """Statistics and histogram of a latency channel over the whole session, to the last ten seconds on disk; None
    where there are none."""
    total: list[Stat] = []
    from_s = 0
    for width_s in sorted((width for width in LEVELS if width > 1), reverse=True):
        table = LEVELS[width_s]
        query = f"SELECT n, min, max, sum, hist FROM {table} WHERE id >= ? AND (id & {MAX_CHANNELS - 1}) = ?"
        for *numbers, packed in select(query, from_s // width_s << CHANNEL_BITS, channel):
            stat = _stat(tuple(numbers))._replace(histogram=unpack_histogram(packed))
            total = [merged([*total, stat])]
        ((last,),) = select(f"SELECT max(id) FROM {table}")
        from_s = from_s if last is None else ((last >> CHANNEL_BITS) + 1) * width_s
    return total[0] if total else None


def _stat(numbers: tuple[Any, ...]) -> Stat:
    if not all(isinstance(number, int) for number in numbers):
        raise ValueError("statistics")
    return Stat(*numbers)
