"""What has come and is not on disk yet, cut into seconds: of all channels side by side in shared arrays.

In a second most channels have few items, while every array and every call has its price; so what is done, is done
for all channels at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Optional, cast

import numpy as np

from edgetop.clock import SECOND_NS
from edgetop.samples import Batch, Int64s, Readings, Samples
from edgetop.sessions.schema import CHANNEL_BITS
from edgetop.sessions.second import MOMENT, TIME, VALUE, Second

_SAMPLE = 1 << CHANNEL_BITS
_CHANNEL = _SAMPLE - 1
_KEY_BITS = CHANNEL_BITS + 1
"""An item's key is second << 11 | whether it is a sample << 10 | channel: in order of keys each is in its place."""


class Intake:
    """Takes batches in, and gives them out by the second; ``latency`` is each run's channel."""

    def __init__(self, start_ns: int, latency: Mapping[int, int]) -> None:
        self._start_ns = start_ns
        self._latency = latency
        self._batches: list[Batch] = []
        self._rest = np.empty(0, np.int64), np.empty((5, 0), np.int64)

    def add(self, batch: Batch) -> None:
        """Take a batch in."""
        self._batches.append(batch)

    def over(self, until_s: int) -> Iterator[Second]:
        """Take out what lies before a second, in order of time; what was before the start lies in second 0."""
        numbers, table = self._taken()
        key = np.maximum(table[MOMENT], 0)
        key //= SECOND_NS
        key <<= _KEY_BITS
        key |= numbers
        order = _order(key, table[MOMENT])
        if order is not None:
            key, table = key.take(order), table.take(order, axis=1)
        over = int(key.searchsorted(until_s << _KEY_BITS))
        self._rest = key[over:] & (_SAMPLE | _CHANNEL), table[:, over:]
        return _seconds(key[:over], table[:, :over])

    def _taken(self) -> tuple[Int64s, Int64s]:
        """Everything: numbers, that is keys without their seconds, and the table."""
        batches, self._batches = self._batches, []
        sensors = [channel for batch in batches for channel in batch.readings]
        readings = [part for batch in batches for part in batch.readings.values()]
        runs = [self._latency[run] for batch in batches for run in batch.samples]
        samples = [part for batch in batches for part in batch.samples.values()]
        numbers, table = _together(sensors, readings, runs, samples, self._start_ns)
        held, held_table = self._rest
        if not len(held):
            return numbers, table
        return np.concatenate((held, numbers)), np.concatenate((held_table, table), axis=1)


def second_of(readings: Mapping[int, Readings], samples: Mapping[int, Samples]) -> Second:
    """Entries by their channels, one at least and none of them empty, as second 0, whatever their times."""
    numbers, table = _together(list(readings), list(readings.values()), list(samples), list(samples.values()), 0)
    (second,) = _seconds(numbers, table)
    return second


def _together(
    sensors: Sequence[int],
    readings: Sequence[Readings],
    latencies: Sequence[int],
    samples: Sequence[Samples],
    start_ns: int,
) -> tuple[Int64s, Int64s]:
    """Entries of as many channels one after the other: numbers, and the table."""
    times, ticks = [part.t_ns for part in readings], [part.ticks for part in readings]
    columns = [(part.start_ns, part.duration_ns, part.wait_ns, part.flags) for part in samples]
    lengths = [len(part) for part in times]
    read = sum(lengths)
    lengths += [len(part[TIME]) for part in columns]
    numbers = [*sensors, *(channel | _SAMPLE for channel in latencies)]
    table = np.zeros((5, sum(lengths)), np.int64)
    _join(times, table[TIME, :read])
    _join(ticks, table[VALUE, :read])
    for row, parts in enumerate(zip(*columns)):
        np.concatenate(parts, out=table[row, read:], casting="unsafe")
    table[TIME] -= start_ns
    table[MOMENT] = table[TIME]
    table[MOMENT, read:] += table[VALUE, read:]
    return np.array(numbers, np.int64).repeat(lengths), table


def _join(parts: Sequence[Int64s], whole: Int64s) -> None:
    """Arrays one after the other; by their bytes where they are whole, which takes a quarter of the time."""
    try:
        whole[:] = np.frombuffer(b"".join(cast("list[memoryview]", parts)), np.int64, len(whole))
    except (TypeError, ValueError):  # not in one piece, or of other integers
        np.concatenate(parts, out=whole, casting="unsafe")


def _order(key: Int64s, moments: Int64s) -> Optional[Int64s]:
    """In which order items are in their places; None where they are; equals stay as they came."""
    ahead = key[1:] > key[:-1]
    ahead |= (key[1:] == key[:-1]) & (moments[1:] >= moments[:-1])
    return None if ahead.all() else np.lexsort((moments, key))


def _seconds(key: Int64s, table: Int64s) -> Iterator[Second]:
    """Items in their places, cut by the second."""
    if not len(key):
        return
    edges = np.concatenate(((0,), (key[1:] != key[:-1]).nonzero()[0] + 1, (len(key),)))
    keys = key.take(edges[:-1])
    numbers = (keys >> _KEY_BITS).tolist()
    at = 0
    while at < len(keys):
        first, at = at, bisect_right(numbers, numbers[at], at)
        begin, end = edges[[first, at]].tolist()
        channels = keys[first:at]
        yield Second(
            number=numbers[first],
            channels=channels & _CHANNEL,
            edges=edges[first : at + 1] - begin,
            sensors=int((channels & _SAMPLE).searchsorted(_SAMPLE)),
            table=table[:, begin:end],
        )
