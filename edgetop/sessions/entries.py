"""What the file stores for one channel: the samples of a run, or the readings of a sensor, by the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def wrapped(number: int) -> int:
    """What of it is left in 64 bits."""
    return (number + 2**63 & 2**64 - 1) - 2**63


def shifted(entry: Entry, by_ns: int) -> Entry:
    """The entry with its times moved; beyond 64 bits they wrap, and wrap back on the way back."""
    first, *rest = columns(entry)
    return type(entry)(first + np.int64(wrapped(by_ns)), *rest)


def stacked(entries: Sequence[Entry]) -> tuple[Int64s, ...]:
    """The arrays of entries of one kind, each entry's after those of the one before, as 64-bit integers."""
    arrays = zip(*map(columns, entries))
    return tuple(np.concatenate(parts).astype(np.int64, copy=False) for parts in arrays)


def joined(parts: Sequence[Entry]) -> Entry:
    """Entries of one channel one after the other, as 64-bit integers."""
    if len(parts) == 1 and all(column.dtype == np.int64 for column in columns(parts[0])):
        return parts[0]
    return type(parts[0])(*stacked(parts))


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


def by_second(parts: Mapping[int, Sequence[Entry]], since_ns: int) -> dict[int, dict[int, Entry]]:
    """What came of each channel, joined, in order of its moments and cut: second to channel to entry.

    Seconds are counted from a moment; what was before it is in second 0. No part may be empty.
    """
    seconds: dict[int, dict[int, Entry]] = {}
    for kind in (Samples, Readings):
        chosen = {channel: came for channel, came in sorted(parts.items()) if isinstance(came[0], kind)}
        if chosen:
            _cut(chosen, since_ns, seconds)
    return seconds


def _cut(parts: Mapping[int, Sequence[Entry]], since_ns: int, seconds: dict[int, dict[int, Entry]]) -> None:
    """Channels of one kind, in order of their numbers, all at once: most have few items, and each array its price."""
    entries = [part for came in parts.values() for part in came]
    whole = type(entries[0])(*stacked(entries))
    channel = np.repeat(list(parts), [sum(map(len, came)) for came in parts.values()])
    moments = moments_ns(whole) - np.int64(wrapped(since_ns))
    same = channel[1:] == channel[:-1]
    if bool(np.any(same & (moments[1:] < moments[:-1]))):
        order = np.lexsort((moments, channel))
        whole, moments = type(whole)(*(column[order] for column in columns(whole))), moments[order]
    second = np.maximum(moments, 0) // SECOND_NS
    edges = (np.flatnonzero(~same | (second[1:] != second[:-1])) + 1).tolist()
    firsts = [0, *edges]
    for first, past, of, at in zip(firsts, [*edges, len(whole)], channel[firsts].tolist(), second[firsts].tolist()):
        seconds.setdefault(at, {})[of] = whole[first:past]


def with_ticks_of(entry: Entry, tick_ns: int) -> Entry:
    """The entry in nanoseconds, when its times were counted in ticks of so many."""
    if tick_ns == 1:
        return entry
    timed = 3 if isinstance(entry, Samples) else 1
    return type(entry)(*(c * tick_ns if place < timed else c for place, c in enumerate(columns(entry))))
