"""Protobuf's wire format, as much of it as the files of Caffe and ONNX need.

A message is a tuple of buffers that are joined once, when the file is whole: the weights of a large network
are not copied at every level.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, Union

import numpy as np
import numpy.typing as npt

Message = tuple[Union[bytes, memoryview], ...]
VARINT, LENGTH_DELIMITED, FIXED32 = 0, 2, 5
"""Wire types."""
_INT64 = (1 << 64) - 1


def varint(value: int) -> bytes:
    """Seven bits a byte, least significant first, the top bit set on all but the last; negative ones as int64."""
    value &= _INT64
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def integer(field: int, value: int) -> Message:
    """A whole number or an enum."""
    return (varint(field << 3 | VARINT) + varint(value),)


def real(field: int, value: float) -> Message:
    """A 32-bit float."""
    return (varint(field << 3 | FIXED32) + struct.pack("<f", value),)


def string(field: int, value: str) -> Message:
    """A string."""
    return message(field, (value.encode(),))


def packed(field: int, values: Iterable[int]) -> Message:
    """Whole numbers, one after another in one field."""
    return message(field, tuple(varint(value) for value in values))


def data(field: int, array: npt.NDArray[Any]) -> Message:
    """An array's numbers, little-endian: packed floats, or bytes."""
    whole = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1)
    return message(field, (whole.view(np.uint8).data,))


def message(field: int, *contents: Message) -> Message:
    """A message within a message: its own fields in order."""
    parts = tuple(part for content in contents for part in content)
    size = sum(len(part) for part in parts)
    return (varint(field << 3 | LENGTH_DELIMITED) + varint(size), *parts)
