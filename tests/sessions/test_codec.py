"""Every integer comes back, whatever it is; what is not a frame is refused."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from edgetop.samples import Readings, Samples
from edgetop.sessions.codec import MAX_ITEMS, MAX_RAW_BYTES, decode
from edgetop.sessions.codec import encode as encode_second
from edgetop.sessions.entries import columns
from edgetop.sessions.intake import second_of

EXTREMES = np.array([0, 1, -1, 2**63 - 1, -(2**63), 2**31, -(2**31), 255, 256, 2**62], np.int64)


def same(one, other):
    return type(one) is type(other) and all(
        a.dtype == b.dtype == np.int64 and np.array_equal(a, b) for a, b in zip(columns(one), columns(other))
    )


def encode(entries):
    readings = {channel: entry for channel, entry in entries.items() if isinstance(entry, Readings)}
    samples = {channel: entry for channel, entry in entries.items() if isinstance(entry, Samples)}
    return encode_second(second_of(dict(sorted(readings.items())), dict(sorted(samples.items()))))


def numbers(rng, count):
    """Numbers of a random size, extremes strewn in."""
    bits = int(rng.integers(1, 64))
    values = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), count)
    picked = rng.random(count) < rng.choice([0, 0.2])
    return np.where(picked, rng.choice(EXTREMES, count), values)


def random_entries(rng):
    entries = {}
    for channel in rng.choice(1024, int(rng.integers(1, 6)), replace=False).tolist():
        count = int(rng.choice([1, 2, 3, 50]))
        kind, width = (Samples, 4) if rng.random() < 0.5 else (Readings, 2)
        entries[channel] = kind(*(numbers(rng, count) for _ in range(width)))
    return entries


def test_random_and_extreme_values_come_back(rng):
    for _ in range(400):
        entries = random_entries(rng)
        found = decode(encode(entries))
        assert sorted(found) == sorted(entries)
        assert all(same(found[channel], entries[channel]) for channel in entries)


def test_only_the_wanted_channels_are_unpacked(rng):
    entries = {1: Readings(*(numbers(rng, 9) for _ in range(2))), 2: Samples(*(numbers(rng, 9) for _ in range(4)))}
    found = decode(encode(entries), wanted=(2,))
    assert list(found) == [2]
    assert same(found[2], entries[2])


def test_waits_and_flags_that_are_zero_take_no_room(rng):
    start = np.arange(1000, dtype=np.int64) * 1_000_000
    duration = rng.integers(400_000, 500_000, 1000)
    zeros = np.zeros(1000, np.int64)
    plain = len(encode({0: Samples(start, duration, zeros, zeros)}))
    assert plain < 6 * 1000
    warm = np.where(np.arange(1000) < 20, 1, 0)
    assert len(encode({0: Samples(start, duration, zeros, warm)})) < plain + 60


def test_mutated_frames_are_refused_or_decode_to_entries(rng):
    refused = 0
    for _ in range(300):
        raw = bytearray(zlib.decompress(encode(random_entries(rng))))
        for _ in range(int(rng.integers(1, 4))):
            raw[int(rng.integers(min(len(raw), 120)))] = int(rng.integers(256))
        cut = raw[: int(rng.integers(1, len(raw) + 1))] if rng.random() < 0.3 else raw
        try:
            decode(zlib.compress(bytes(cut), 1))
        except (ValueError, struct.error, zlib.error):
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_a_cut_frame_is_refused(rng, cut):
    with pytest.raises((ValueError, zlib.error)):
        decode(encode(random_entries(rng))[:cut])


def test_a_frame_that_unpacks_without_end_is_refused():
    with pytest.raises(ValueError, match="too large"):
        decode(zlib.compress(bytes(MAX_RAW_BYTES + 1), 1))


def test_columns_of_zeros_cannot_claim_more_items_than_a_frame_holds():
    heads = b"".join(struct.pack("<HBIqq4B", c, 0, MAX_ITEMS // 2 + 1, 0, 0, 0, 0, 0, 0) for c in (0, 1))
    with pytest.raises(ValueError, match="too many"):
        decode(zlib.compress(struct.pack("<H", 2) + heads))
