"""FlatBuffers tables without a schema: a table is its fields in the schema's order, absent ones None."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

ALIGNMENT = 16
"""Of tensor data, as kernels that read it in place want it."""


@dataclass(frozen=True)
class Field:
    """A field's type, as the FlatBuffers builder names it, and its value."""

    type: str
    value: Any


def byte(value: int) -> Field:
    """An 8-bit signed integer or enum."""
    return Field("Int8", value)


def ubyte(value: int) -> Field:
    """An 8-bit unsigned integer, the type of a union."""
    return Field("Uint8", value)


def int32(value: int) -> Field:
    """A 32-bit signed integer."""
    return Field("Int32", value)


def uint32(value: int) -> Field:
    """A 32-bit unsigned integer."""
    return Field("Uint32", value)


def float32(value: float) -> Field:
    """A 32-bit float."""
    return Field("Float32", value)


def offset(value: int) -> Field:
    """A table, a vector or a string that was written before."""
    return Field("UOffsetTRelative", value)


class FlatFile:
    """Writes tables, vectors and strings from the leaves up; each method gives the offset of what it wrote."""

    def __init__(self, size_bytes: int) -> None:
        import flatbuffers

        self._builder = flatbuffers.Builder(size_bytes)

    def string(self, text: str) -> int:
        """A string."""
        return int(self._builder.CreateString(text))

    def integers(self, values: Sequence[int]) -> int:
        """A vector of 32-bit integers."""
        return int(self._builder.CreateNumpyVector(np.array(values, np.int32)))

    def longs(self, values: Sequence[int]) -> int:
        """A vector of 64-bit integers."""
        return int(self._builder.CreateNumpyVector(np.array(values, np.int64)))

    def floats(self, values: npt.ArrayLike) -> int:
        """A vector of 32-bit floats."""
        return int(self._builder.CreateNumpyVector(np.asarray(values, np.float32)))

    def data(self, array: npt.NDArray[Any]) -> int:
        """A vector of an array's bytes, little-endian, aligned."""
        raw = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        builder = self._builder
        builder.StartVector(1, len(raw), ALIGNMENT)
        builder.head = builder.head - len(raw)
        builder.Bytes[builder.head : builder.head + len(raw)] = raw
        return int(builder.EndVector())

    def offsets(self, offsets: Sequence[int]) -> int:
        """A vector of tables."""
        self._builder.StartVector(4, len(offsets), 4)
        for item in reversed(offsets):
            self._builder.PrependUOffsetTRelative(item)
        return int(self._builder.EndVector())

    def table(self, *fields: Optional[Field]) -> int:
        """A table with these fields; all are written, even where they have their default value."""
        self._builder.StartObject(len(fields))
        for slot, field in enumerate(fields):
            if field is not None:
                getattr(self._builder, f"Prepend{field.type}")(field.value)
                self._builder.Slot(slot)
        return int(self._builder.EndObject())

    def finish(self, root: int, identifier: bytes) -> bytes:
        """The file with its root table and its four-byte identifier."""
        self._builder.Finish(root, file_identifier=identifier)
        return bytes(memoryview(self._builder.Bytes)[self._builder.Head() :])  # copied once, not twice
