"""The wire format of protobuf, byte by byte."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks.writers.protobuf import data, integer, message, packed, real, string, varint


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (0, b"\0"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (300, b"\xac\x02"),
        (1 << 28, b"\x80" * 4 + b"\1"),
        (-1, b"\xff" * 9 + b"\1"),
    ],
)
def test_numbers_are_varints(value, encoded):
    assert varint(value) == encoded


@pytest.mark.parametrize(
    ("fields", "encoded"),
    [
        (integer(1, 150), b"\x08\x96\x01"),
        (string(2, "testing"), b"\x12\x07testing"),
        (real(2, 1.0), b"\x15\x00\x00\x80\x3f"),
        (packed(4, (3, 270, 86942)), b"\x22\x06\x03\x8e\x02\x9e\xa7\x05"),
        (message(3, integer(1, 150)), b"\x1a\x03\x08\x96\x01"),
        (message(20), b"\xa2\x01\x00"),
        (data(9, np.array([[1.0], [2.0]], np.float32)), b"\x4a\x08\x00\x00\x80\x3f\x00\x00\x00\x40"),
        (data(9, np.array([258], ">i8")), b"\x4a\x08\x02\x01" + bytes(6)),
        (data(9, np.float16(1.0)), b"\x4a\x02\x00\x3c"),
    ],
)
def test_fields_are_their_key_and_their_content(fields, encoded):
    assert b"".join(fields) == encoded


def test_weights_are_not_copied_before_the_file_is_joined():
    array = np.arange(1000, dtype=np.float32)
    within = message(1, message(2, data(3, array)))
    assert any(np.shares_memory(np.frombuffer(part, np.uint8), array) for part in within)
