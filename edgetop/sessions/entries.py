"""What the file stores for one channel: the samples of a run, or the readings of a sensor, by the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np

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


def wrapped(number: int) -> int:
    """What of it is left in 64 bits."""
    return (number + 2**63 & 2**64 - 1) - 2**63


def shifted(entry: Entry, by_ns: int) -> Entry:
    """The entry with its times moved; beyond 64 bits they wrap, and wrap back on the way back."""
    first, *rest = columns(entry)
    return type(entry)(first + np.int64(wrapped(by_ns)), *rest)


def joined(parts: Sequence[Entry]) -> Entry:
    """Entries of one channel one after the other."""
    if len(parts) == 1:
        return parts[0]
    return type(parts[0])(*map(np.concatenate, zip(*map(columns, parts))))


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


def with_ticks_of(entry: Entry, tick_ns: int) -> Entry:
    """The entry in nanoseconds, when its times were counted in ticks of so many."""
    if tick_ns == 1:
        return entry
    timed = 3 if isinstance(entry, Samples) else 1
    return type(entry)(*(c * tick_ns if place < timed else c for place, c in enumerate(columns(entry))))
