"""safetensors: the length of a header, the header in JSON, then all numbers; to read it can run nothing.

Every length and place is checked before use, and no byte may belong to two tensors or to none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.imports.contents import contents, damaged

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 1 << 20
MAX_AXES = 8
LONGEST_NUMBER = 12
"""Digits of a place in a file within bounds."""
METADATA = "__metadata__"
BFLOAT16 = "BF16"
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", BFLOAT16: "<u2", "I64": "<i8", "I32": "<i4"}
"""Types that weights and counters of batches have; of bfloat16, which numpy lacks, the bits."""


def read(path: str) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a file by name; raises BadModelFile."""
    content = contents(path)
    try:
        return parse(content)
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from error


def parse(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a file's bytes by name; raises ValueError for whatever is not as it must be."""
    size = int.from_bytes(content[:LENGTH_BYTES], "little")
    if not 2 <= size <= min(MAX_HEADER_BYTES, len(content) - LENGTH_BYTES):
        raise ValueError(f"a header of {size} bytes")
    start = LENGTH_BYTES + size
    header = json.loads(content[LENGTH_BYTES:start].decode(), object_pairs_hook=_unique, parse_int=_whole)
    if not isinstance(header, dict):
        raise ValueError("the header is no table")
    header.pop(METADATA, None)
    numbers = memoryview(content)[start:]
    end, tensors = 0, {}
    for name, entry in sorted(header.items(), key=lambda item: _place(*item)):
        dtype, shape, (begin, stop) = entry["dtype"], tuple(entry["shape"]), _place(name, entry)
        if begin != end or stop > len(numbers) or stop - begin != math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize:
            raise ValueError(f"{name[:100]!r} is not where it should be, or not as long")
        array = np.frombuffer(numbers[begin:stop], DTYPES[dtype]).reshape(shape)
        tensors[name] = _from_bfloat16(array) if dtype == BFLOAT16 else array
        end = stop
    if end != len(numbers):
        raise ValueError(f"{len(numbers) - end} bytes belong to no tensor")
    return tensors


def write(tensors: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """The bytes of a file of tensors in fp32 or fp64."""
    names = {np.dtype(dtype): name for name, dtype in DTYPES.items() if name.startswith("F")}
    header, end, parts = {}, 0, []
    for name, array in tensors.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": names[array.dtype], "shape": array.shape, "data_offsets": (begin, end)}
        parts.append(np.ascontiguousarray(array).tobytes())
    text = json.dumps(header).encode()
    return b"".join((len(text).to_bytes(LENGTH_BYTES, "little"), text, *parts))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _place(name: str, entry: Any) -> tuple[int, int]:
    """Where a tensor begins and ends; raises ValueError where its entry is no entry."""
    if not isinstance(entry, dict) or str(entry.get("dtype")) not in DTYPES:
        raise ValueError(f"{name[:100]!r} has no type of numbers that weights have")
    shape, place = entry.get("shape"), entry.get("data_offsets")
    for sizes, longest in ((shape, MAX_AXES), (place, 2)):
        if not isinstance(sizes, list) or len(sizes) > longest or not all(type(s) is int and s >= 0 for s in sizes):
            raise ValueError(f"{name[:100]!r} has no shape or no place")
    if not isinstance(place, list) or len(place) != 2:
        raise ValueError(f"{name[:100]!r} has no place")
    return place[0], place[1]


def _from_bfloat16(bits: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """A bfloat16 is the upper half of an fp32."""
    return (bits.astype("<u4") << 16).view("<f4")
