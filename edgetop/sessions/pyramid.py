"""Statistics over 1, 10, 100 and 1000 seconds, so that a view of a whole day reads a few hundred rows.

From 10 seconds up a latency channel carries a histogram with buckets 2 % wide, since percentiles of parts do
not add up to percentiles of the whole, while histograms do.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

import numpy as np

from edgetop.samples import Int64s
from edgetop.sessions.schema import LEVELS
from edgetop.sessions.second import VALUE, Second

_LOG_BASE = math.log(1.02)
BUCKETS = int(math.log(2**63) / _LOG_BASE) + 2
_FIRST = struct.Struct("<H")
_INT64_MAX = 2**63 - 1


class Stat(NamedTuple):
    """Count, smallest, largest and sum of some values, and for latencies how many fell into each bucket."""

    n: int
    min: int
    max: int
    sum: int
    histogram: Optional[Int64s] = None


def stats_of(second: Second) -> dict[int, Stat]:
    """The statistics of each channel of a second; of a run's durations with a histogram."""
    values, firsts, edges = second.table[VALUE], second.firsts, second.edges.tolist()
    columns = [reduce.reduceat(values, firsts).tolist() for reduce in (np.minimum, np.maximum, np.add)]
    histograms = [
        _histogram(values[first:past]) if channel >= second.sensors else None
        for channel, (first, past) in enumerate(zip(edges, edges[1:]))
    ]
    stats = map(Stat._make, zip(second.counts.tolist(), *columns, histograms))
    return dict(zip(second.channels.tolist(), stats))


def _histogram(values: Int64s) -> Int64s:
    buckets = (np.log(np.maximum(values, 1)) / _LOG_BASE).astype(np.int64)
    return np.bincount(buckets, minlength=BUCKETS).astype(np.int64, copy=False)


def merged(stats: Sequence[Stat]) -> Stat:
    """The statistics of all together, one at least; a sum beyond 64 bits stays at the largest."""
    counts, smallest, largest, sums, histograms = zip(*stats)
    known = [histogram for histogram in histograms if histogram is not None]
    total = max(-_INT64_MAX, min(_INT64_MAX, sum(sums)))
    histogram = np.sum(known, axis=0) if known else None
    return Stat(sum(counts), min(smallest), max(largest), total, histogram)


def quantile(stat: Stat, q: float) -> float:
    """A quantile from the histogram, within about 1 %; 0 <= q <= 1."""
    assert stat.histogram is not None
    bucket = int(np.searchsorted(stat.histogram.cumsum(), q * stat.n))
    return min(max(math.exp(_LOG_BASE * (bucket + 0.5)), stat.min), stat.max)


def pack_histogram(histogram: Int64s) -> bytes:
    """The first bucket that is not empty, then the counts up to the last, planar, compressed."""
    filled = np.flatnonzero(histogram)
    first, last = int(filled[0]), int(filled[-1])
    counts = np.minimum(histogram[first : last + 1], 2**32 - 1).astype("<u4")
    return zlib.compress(_FIRST.pack(first) + counts.view(np.uint8).reshape(-1, 4).T.tobytes(), 1)


def unpack_histogram(data: bytes) -> Int64s:
    """The counts of all buckets; raises ValueError, struct.error or zlib.error for anything else."""
    raw = zlib.decompressobj().decompress(data, _FIRST.size + 4 * BUCKETS)
    (first,) = _FIRST.unpack_from(raw)
    planes = np.frombuffer(raw, np.uint8, offset=_FIRST.size)
    if len(planes) % 4 or first + len(planes) // 4 > BUCKETS:
        raise ValueError("histogram length")
    counts = planes.reshape(4, -1).T.copy().view("<u4").ravel()
    histogram = np.zeros(BUCKETS, np.int64)
    histogram[first : first + len(counts)] = counts
    return histogram


class Row(NamedTuple):
    """Statistics to be stored: the seconds it covers, which of them, whose."""

    width_s: int
    bucket: int
    channel: int
    stat: Stat


class Pyramid:
    """The buckets of 10 seconds and more that are not over yet."""

    def __init__(self) -> None:
        self._open: dict[int, dict[tuple[int, int], list[Stat]]] = {width: {} for width in LEVELS if width > 1}

    def add(self, second: int, stats: Mapping[int, Stat], width_s: int = 10) -> None:
        """Count in the statistics of channels over one second, or over what is at most as wide as a bucket."""
        bucket, buckets = second // width_s, self._open[width_s]
        for channel, stat in stats.items():
            buckets.setdefault((bucket, channel), []).append(stat)

    def over(self, until_s: int) -> Iterator[Row]:
        """Take out the buckets that end by then, in order, each level counted into the next one up."""
        for width_s, buckets in self._open.items():
            for bucket, channel in sorted(key for key in buckets if (key[0] + 1) * width_s <= until_s):
                stat = merged(buckets.pop((bucket, channel)))
                if width_s * 10 in self._open:
                    self.add(bucket * width_s, {channel: stat}, width_s * 10)
                yield Row(width_s, bucket, channel, stat)
