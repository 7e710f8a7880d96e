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
from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate
from typing import Optional

import numpy as np

from edgetop.samples import Int64s, Readings, Samples
from edgetop.sessions.entries import Entry, stacked, wrapped

CODEC = 1
MAX_RAW_BYTES = 64 << 20
"""No frame unpacks to more; beyond it, it is not one of ours."""
MAX_ITEMS = 1 << 20
"""Items of all channels together in one frame."""

_READINGS, _SAMPLES = 0, 1
_COUNT = struct.Struct("<H")
_HEAD = struct.Struct("<HBIqq4B")
"""Channel, mode, items, first time, first value, bytes an item of each column."""
_NO_MORE = (0, 0, 0, 0)
_ONE = np.uint64(1)


def _unpacked(raw: bytes, at: int, items: int, width: int) -> Int64s:
    wide = np.zeros((items, 8), np.uint8)
    wide[:, :width] = np.frombuffer(raw, np.uint8, items * width, at).reshape(width, items).T
    zigzag = wide.view("<u8").ravel().astype(np.uint64, copy=False)
    return (zigzag >> _ONE).view(np.int64) ^ -(zigzag & _ONE).view(np.int64)


def _steps(column: Int64s, firsts: list[int]) -> Int64s:
    """From each item to the next; none before the first of an entry."""
    steps = np.empty_like(column)
    steps[1:] = column[1:] - column[:-1]
    steps[firsts] = 0
    return steps


def _differences(arrays: tuple[Int64s, ...], firsts: list[int], lengths: list[int]) -> Int64s:
    """A row for each column of entries that stand one after the other."""
    time, value, *others = arrays
    steps = _steps(time, firsts)
    if not others:
        return np.stack((_steps(steps, firsts), _steps(value, firsts)))
    steps[1:] -= value[:-1]
    return np.stack((steps, value - np.repeat(value[firsts], lengths), *others))


def _packed(entries: Mapping[int, Entry], mode: int, since_ns: int) -> dict[int, tuple[bytes, bytes]]:
    """Head and body of each entry of one kind, all at once: most have few items, and each array its price."""
    arrays, lengths = stacked(list(entries.values())), [len(entry) for entry in entries.values()]
    edges = list(accumulate(lengths, initial=0))
    firsts = edges[:-1]
    differences = _differences(arrays, firsts, lengths)
    zigzag = ((differences << 1) ^ (differences >> 63)).view(np.uint64)
    zigzag[:2, firsts] = 0  # of these there is one less
    octets = zigzag.astype("<u8", copy=False).view(np.uint8).reshape(*zigzag.shape, 8)
    packed = {}
    starts = zip(arrays[0][firsts].tolist(), arrays[1][firsts].tolist())
    largest = np.maximum.reduceat(zigzag, firsts, axis=1).T.tolist()
    for channel, first, past, (time, value), tops in zip(entries, firsts, edges[1:], starts, largest):
        widths = [(top.bit_length() + 7) // 8 for top in tops]
        places = zip(octets, (first + 1, first + 1, first, first), widths)
        body = b"".join([column[begin:past, :width].T.tobytes() for column, begin, width in places if width])
        head = _HEAD.pack(channel, mode, past - first, wrapped(time - since_ns), value, *widths, *_NO_MORE[len(tops) :])
        packed[channel] = head, body
    return packed


def encode(entries: Mapping[int, Entry], since_ns: int = 0) -> bytes:
    """Pack entries of channels 0..1023, none of them empty, at most MAX_ITEMS in all; times count from a moment."""
    packed = {}
    for mode, kind in ((_READINGS, Readings), (_SAMPLES, Samples)):
        chosen = {channel: entry for channel, entry in entries.items() if isinstance(entry, kind)}
        if chosen:
            packed.update(_packed(chosen, mode, since_ns))
    heads, body = zip(*(packed[channel] for channel in entries))
    # Run-length matches alone: durations are noise in which a dictionary search finds little and costs double.
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return squeeze.compress(b"".join((_COUNT.pack(len(entries)), *heads, *body))) + squeeze.flush()


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
    heads = [_HEAD.unpack_from(raw, _COUNT.size + index * _HEAD.size) for index in range(count)]
    if sum(head[2] for head in heads) > MAX_ITEMS:
        raise ValueError("frame with too many items")
    entries: dict[int, Entry] = {}
    at = _COUNT.size + count * _HEAD.size
    for channel, mode, items, first_time, first_value, *widths in heads:
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
