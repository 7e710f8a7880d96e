"""Which layers a ``.caffemodel`` has weights for: Caffe takes any others from chance, and says nothing.

The file is a protobuf message; of it only where each field begins and ends is looked at.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Union

LAYER, NAME, BLOBS = 100, 1, 7
OLD_LAYER, OLD_NAME, OLD_BLOBS = 2, 4, 6
"""Numbers of fields: of a network its layers, of a layer its name and weights; before and since Caffe's new form."""
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10

Bytes = Union[mmap.mmap, bytes]


def weighted_layers(path: str) -> set[str]:
    """The names of the layers that have weights in a file that is not empty; raises ValueError where it is damaged."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = set()
        for number, start, end in _fields(content, 0, len(content)):
            if number in (LAYER, OLD_LAYER):
                name, blobs = (NAME, BLOBS) if number == LAYER else (OLD_NAME, OLD_BLOBS)
                parts = list(_fields(content, start, end))
                if any(part == blobs for part, _, _ in parts):
                    found |= {content[a:b].decode("utf-8", "replace") for part, a, b in parts if part == name}
        return found


def _fields(content: Bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The number of each field of a message, and where what it holds begins and ends; raises ValueError."""
    while place < end:
        key, place = _varint(content, place, end)
        kind, start = key & 7, place
        if kind == _VARINT:
            _, place = _varint(content, place, end)
        elif kind == _BYTES:
            length, start = _varint(content, place, end)
            place = start + length
        elif kind in (_EIGHT, _FOUR):
            place += 8 if kind == _EIGHT else 4
        else:
            raise ValueError(f"byte {start} is no field of a caffemodel: it is damaged, or something else")
        if place > end:
            raise ValueError("it ends within a layer: it is cut short or damaged")
        yield key >> 3, start, place


def _varint(content: Bytes, place: int, end: int) -> tuple[int, int]:
    """A number, and where it ends."""
    value = 0
    for digit in range(_LONGEST_VARINT):
        if place + digit >= end:
            raise ValueError("it ends within a number: it is cut short or damaged")
        byte = content[place + digit]
        value |= (byte & 0x7F) << 7 * digit
        if byte < 0x80:
            return value, place + digit + 1
    raise ValueError("it has a number that is too long: it is damaged")
