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
from typing import Optional

import numpy as np

from edgetop.samples import Int64s, Readings, Samples
from edgetop.sessions.entries import Entry, columns

CODEC = 1
MAX_RAW_BYTES = 64 << 20
"""No frame unpacks to more; beyond it, it is not one of ours."""
MAX_ITEMS = 1 << 20
"""Items of all channels together in one frame."""

_READINGS, _SAMPLES = 0, 1
_COUNT = struct.Struct("<H")
_HEAD = struct.Struct("<HBIqq4B")
"""Channel, mode, items, first time, first value, bytes an item of each column."""
_ONE = np.uint64(1)


def _packed(column: Int64s) -> tuple[int, bytes]:
    if not column.any():
        return 0, b""
    zigzag = ((column << 1) ^ (column >> 63)).view(np.uint64)
    width = (int(zigzag.max()).bit_length() + 7) // 8
    return width, zigzag.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()


def _unpacked(raw: bytes, at: int, items: int, width: int) -> Int64s:
    wide = np.zeros((items, 8), np.uint8)
    wide[:, :width] = np.frombuffer(raw, np.uint8, items * width, at).reshape(width, items).T
    zigzag = wide.view("<u8").ravel().astype(np.uint64, copy=False)
    return (zigzag >> _ONE).view(np.int64) ^ -(zigzag & _ONE).view(np.int64)


def _differences(entry: Entry) -> tuple[Int64s, ...]:
    if isinstance(entry, Samples):
        start, duration = entry.start_ns, entry.duration_ns
        gaps = start[1:] - start[:-1] - duration[:-1]
        return gaps, duration[1:] - duration[0], entry.wait_ns, entry.flags
    steps = entry.t_ns[1:] - entry.t_ns[:-1]
    steps[1:] -= steps[:-1].copy()
    return steps, entry.ticks[1:] - entry.ticks[:-1]


def encode(entries: Mapping[int, Entry]) -> bytes:
    """Pack entries of channels 0..1023, none of them empty, at most MAX_ITEMS in all."""
    heads, body = [_COUNT.pack(len(entries))], []
    for channel, entry in entries.items():
        mode = _SAMPLES if isinstance(entry, Samples) else _READINGS
        packed = [_packed(column) for column in _differences(entry)]
        widths = [width for width, _ in packed] + [0] * (4 - len(packed))
        first_time, first_value = (int(column[0]) for column in columns(entry)[:2])
        heads.append(_HEAD.pack(channel, mode, len(entry), first_time, first_value, *widths))
        body += [data for _, data in packed]
    # Run-length matches alone: durations are noise in which a dictionary search finds little and costs double.
    squeeze = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return squeeze.compress(b"".join(heads + body)) + squeeze.flush()


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
