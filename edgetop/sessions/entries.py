"""What the file stores for one channel: the samples of a run, or the readings of a sensor, by the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np

from edgetop.clock import SECOND_NS
from edgetop.samples import Int64s, Readings, Samples

Entry = Union[Samples, Readings]


def columns(entry: Entry) -> tuple[Int64s, ...]:
    """The arrays of an entry: start, duration, wait and flags, or time and ticks."""
    if isinstance(entry, Samples):
        return entry.start_ns, entry.duration_ns, entry.wait_ns, entry.flags
    return entry.t_ns, entry.ticks


def moments_ns(entry: Entry) -> Int64s:
    """When each item counts: a sample at its end, a reading at its time."""
    return entry.start_ns + entry.duration_ns if isinstance(entry, Samples) else entry.t_ns


def values(entry: Entry) -> Int64s:
    """What the statistics are of: durations in nanoseconds, or ticks."""
    return entry.duration_ns if isinstance(entry, Samples) else entry.ticks


def shifted(entry: Entry, by_ns: int) -> Entry:
    """The entry with its times moved; beyond 64 bits they wrap, and wrap back on the way back."""
    first, *rest = columns(entry)
    by = np.int64((by_ns + 2**63 & 2**64 - 1) - 2**63)
    return type(entry)(first + by, *rest)


def joined(parts: Sequence[Entry]) -> Entry:
    """Entries of one channel one after the other, as 64-bit integers."""
    if len(parts) == 1 and all(column.dtype == np.int64 for column in columns(parts[0])):
        return parts[0]
    stacked = zip(*(columns(part) for part in parts))
    return type(parts[0])(*(np.concatenate(arrays).astype(np.int64, copy=False) for arrays in stacked))


def in_order(entry: Entry) -> Entry:
    """The entry in order of its moments; what came late moves to its place, equals stay as they came."""
    moments = moments_ns(entry)
    if bool(np.all(moments[1:] >= moments[:-1])):
        return entry
    order = np.argsort(moments, kind="stable")
    return type(entry)(*(column[order] for column in columns(entry)))


def between(entry: Entry, from_ns: int, until_ns: int) -> Entry:
    """The part of an ordered entry whose moments lie in [from_ns, until_ns); from 0 on it has all before, too."""
    moments = moments_ns(entry)
    first = int(np.searchsorted(moments, from_ns)) if from_ns > 0 else 0
    return entry[first : int(np.searchsorted(moments, until_ns))]


def by_second(entry: Entry) -> list[tuple[int, Entry]]:
    """An entry with times since the session's start, cut by seconds; what was before the start is in second 0."""
    entry = in_order(entry)
    moments = moments_ns(entry)
    first, last = (max(0, int(moments[place])) // SECOND_NS for place in (0, -1))
    if first == last:
        return [(first, entry)]
    seconds = np.maximum(moments, 0) // SECOND_NS
    edges = [0, *(np.flatnonzero(np.diff(seconds)) + 1).tolist(), len(entry)]
    return [(int(seconds[first]), entry[first:last]) for first, last in zip(edges, edges[1:]) if last > first]


def with_ticks_of(entry: Entry, tick_ns: int) -> Entry:
    """The entry in nanoseconds, when its times were counted in ticks of so many."""
    if tick_ns == 1:
        return entry
    timed = 3 if isinstance(entry, Samples) else 1
    return type(entry)(*(c * tick_ns if place < timed else c for place, c in enumerate(columns(entry))))
