"""Reads protobuf's wire format, as much of it as a file of weights needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

VARINT, FIXED64, LENGTH_DELIMITED, FIXED32 = 0, 1, 2, 5
"""Wire types."""
LONGEST_VARINT = 10
SIZES = {FIXED64: 8, FIXED32: 4}
Value = Union[int, memoryview]


def fields(message: memoryview) -> Iterator[tuple[int, Value]]:
    """Number and value of each field, in order: a whole number, or the bytes of anything else.

    Raises ValueError for what is no message or is cut short.
    """
    place = 0
    while place < len(message):
        tag, place = varint(message, place)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, place = varint(message, place)
            yield number, value
            continue
        if wire == LENGTH_DELIMITED:
            size, place = varint(message, place)
        elif wire in SIZES:
            size = SIZES[wire]
        else:
            raise ValueError(f"a field of type {wire}")
        if size > len(message) - place:
            raise ValueError("it is cut short")
        yield number, message[place : place + size]
        place += size


def varint(message: memoryview, place: int) -> tuple[int, int]:
    """A whole number, and the place after it; raises ValueError."""
    value = 0
    for shift in range(LONGEST_VARINT):
        if place >= len(message):
            raise ValueError("it is cut short")
        byte = message[place]
        place += 1
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, place
    raise ValueError("a number without an end")


def varints(message: memoryview) -> tuple[int, ...]:
    """Packed whole numbers; raises ValueError."""
    place, values = 0, []
    while place < len(message):
        value, place = varint(message, place)
        values.append(value)
    return tuple(values)
