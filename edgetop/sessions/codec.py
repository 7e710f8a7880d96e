"""Frame codec 1: the entries of all channels within a second, packed into one compressed block, exactly.

A frame is a count, one header a channel, then the columns of all channels, compressed as one stream. A column
holds differences chosen to be small: between readings the change of the time's change and the change of the
value; between samples the idle gap since the previous end, and the duration against the first one's; waits and
flags as they are. Differences wrap at 64 bits, so every integer comes back. Each column is stored zigzag, in
as many bytes as its largest needs, the bytes of equal weight together: a column of zeros takes none.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator
from typing import Optional

import numpy as np
import numpy.typing as npt

from edgetop.clock import SECOND_NS
from edgetop.samples import Int64s, Readings, Samples
from edgetop.sessions.entries import Entry
from edgetop.sessions.second import FLAGS, TIME, VALUE, WAIT, Second

CODEC = 1
MAX_RAW_BYTES = 64 << 20
"""No frame unpacks to more; beyond it, it is not one of ours."""
MAX_ITEMS = 1 << 20
"""Items of all channels together in one frame."""

_SAMPLES = 1
_COUNT = struct.Struct("<H")
_HEAD = np.dtype(
    [("channel", "<u2"), ("mode", "u1"), ("items", "<u4"), ("time", "<i8"), ("value", "<i8"), ("widths", "u1", 4)]
)
"""Mode 0 has readings; first time and first value; bytes an item of each column."""
_BOUNDS = np.array([0, *(2 ** (8 * width) - 1 for width in range(1, 8))], np.uint64)
"""The largest numbers of so many bytes."""
_ONE = np.uint64(1)


def _unpacked(raw: bytes, at: int, items: int, width: int) -> Int64s:
    wide = np.zeros((items, 8), np.uint8)
    wide[:, :width] = np.frombuffer(raw, np.uint8, items * width, at).reshape(width, items).T
    zigzag = wide.view("<u8").ravel().astype(np.uint64, copy=False)
    return (zigzag >> _ONE).view(np.int64) ^ -(zigzag & _ONE).view(np.int64)


def _differences(second: Second) -> Int64s:
    """A row for each column, as many as have anything but zeros."""
    table, firsts, read = second.table, second.firsts, second.readings
    rows = 4 if table[FLAGS].any() else 3 if table[WAIT].any() else 2
    steps = np.zeros((rows, len(second)), np.int64)
    time, value = steps[0], steps[1]
    np.subtract(table[:2, 1:], table[:2, :-1], out=steps[:2, 1:])
    if read:
        time[firsts] = 0
        time[1:read] -= time[: read - 1]
    if read < len(second):
        time[read + 1 :] -= table[VALUE, read:-1]
        begins = firsts[second.sensors :]
        value[read:] = table[VALUE, read:] - table[VALUE].take(begins).repeat(second.counts[second.sensors :])
        steps[2:, read:] = table[2:rows, read:]
    steps[:2, firsts] = 0  # of these columns the first item is in the head
    return steps


def _heads(second: Second, widths: Int64s) -> bytes:
    heads = np.zeros(len(second.channels), _HEAD)
    heads["channel"] = second.channels
    heads["mode"][second.sensors :] = _SAMPLES
    heads["items"] = second.counts
    heads["time"] = second.table[TIME].take(second.firsts) - second.number * SECOND_NS
    heads["value"] = second.table[VALUE].take(second.firsts)
    heads["widths"][:, : len(widths)] = widths.T
    return heads.tobytes()


def _bodies(second: Second, zigzag: npt.NDArray[np.uint64], widths: Int64s) -> list[bytes]:
    """The columns of each channel, bytes of equal weight together; all are turned at once, then cut."""
    octets = zigzag.astype("<u8", copy=False).view(np.uint8).reshape(*zigzag.shape, 8)
    turned = [column.T[:width].copy().tobytes() for column, width in zip(octets, widths.max(axis=1).tolist())]
    edges, places = second.edges.tolist(), range(0, 8 * len(second), len(second))
    return [
        turned[row][plane + first + (row < 2) : plane + past]
        for first, past, own in zip(edges, edges[1:], widths.T.tolist())
        for row, width in enumerate(own)
        if width
        for plane in places[:width]
    ]


def encode(second: Second) -> bytes:
    """Pack a second of at most MAX_ITEMS items; times count from its begin."""
    differences = _differences(second)
    zigzag = ((differences << 1) ^ (differences >> 63)).view(np.uint64)
    widths = _BOUNDS.searchsorted(np.maximum.reduceat(zigzag, second.firsts, axis=1))
    parts = _COUNT.pack(len(second.channels)), _heads(second, widths), *_bodies(second, zigzag, widths)
    # Run-length matches alone: durations are noise in which a dictionary search finds little and costs double.
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 15, 8, zlib.Z_RLE)
    return squeeze.compress(b"".join(parts)) + squeeze.flush()


def _inflate(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    raw = stream.decompress(data, MAX_RAW_BYTES)
    if not stream.eof or stream.unused_data:
        raise ValueError("frame too large, or cut")
    return raw


def _lengths(mode: int, items: int) -> tuple[int, ...]:
    """How many items each column has."""
    return (items - 1, items - 1, items, items) if mode == _SAMPLES else (items - 1, items - 1)


def _restored(mode: int, first_time: int, first_value: int, read: Iterator[Int64s]) -> Entry:
    changes, value_changes = next(read), next(read)
    time = np.empty(len(changes) + 1, np.int64)
    value = np.empty_like(time)
    time[0], value[0] = first_time, first_value
    if mode == _SAMPLES:
        value[1:] = value_changes + value[0:1]
        time[1:] = changes + value[:-1]
        return Samples(time.cumsum(), value, next(read), next(read))
    time[1:], value[1:] = changes.cumsum(), value_changes
    return Readings(time.cumsum(), value.cumsum())


def decode(data: bytes, wanted: Optional[Collection[int]] = None) -> dict[int, Entry]:
    """The entries of a frame, or of the wanted channels of it.

    Raises ValueError, struct.error or zlib.error for what is not a frame; never takes more memory than
    MAX_RAW_BYTES and MAX_ITEMS allow.
    """
    raw = _inflate(data)
    (count,) = _COUNT.unpack_from(raw)
    heads = np.frombuffer(raw, _HEAD, count, _COUNT.size)
    if sum(heads["items"].tolist()) > MAX_ITEMS:
        raise ValueError("frame with too many items")
    entries: dict[int, Entry] = {}
    at = _COUNT.size + count * _HEAD.itemsize
    # Widths as numbers of Python's: numpy 2 would go on counting in their 8 bits.
    for (channel, mode, items, first_time, first_value, _), widths in zip(heads.tolist(), heads["widths"].tolist()):
        if mode > _SAMPLES or items < 1 or max(widths) > 8 or channel in entries:
            raise ValueError("frame header")
        places = []
        for length, width in zip(_lengths(mode, items), widths):
            places.append((at, length, width))
            at += length * width
        if wanted is None or channel in wanted:
            read = (_unpacked(raw, *place) for place in places)
            entries[channel] = _restored(mode, first_time, first_value, read)
    if at != len(raw):
        raise ValueError("frame length")
    return entries
