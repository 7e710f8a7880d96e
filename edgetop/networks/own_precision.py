"""In which precision a model file of the user's own is stored, told by what is in it.

Its inputs do not tell: converters leave them in fp32, or pixels in uint8, whatever is between.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Callable

from edgetop.networks.imports.protobuf import Value, fields

FP32, FP16, INT8 = "fp32", "fp16", "int8"
TFLITE_SUBGRAPHS, TFLITE_TENSORS, TENSOR_TYPE, TENSOR_QUANTIZATION, SCALES = 2, 0, 1, 4, 2
"""Fields of the tables Model, SubGraph, Tensor and QuantizationParameters in TensorFlow Lite's schema."""
MOST_TABLES = 100_000
"""In one vector; more are no model's, and would take a forged file's time."""
TFLITE_FLOAT16, TFLITE_UINT8, TFLITE_INT8 = 1, 3, 9
ONNX_GRAPH, ONNX_NODE, ONNX_INITIALIZER, NODE_OPERATOR, INITIALIZER_TYPE = 7, 1, 5, 4, 2
"""Fields of ModelProto, GraphProto, NodeProto and TensorProto."""
ONNX_FLOAT16 = 10
ONNX_INT8_OPERATORS = (b"QuantizeLinear", b"DequantizeLinear", b"QLinear", b"ConvInteger", b"MatMulInteger")
"""What the names of operators on whole numbers begin with, and those from and to them."""


def stored_precision(path: str, format: str) -> str:
    """``int8`` where values are quantised, ``fp16`` where weights are halves, else ``fp32``.

    Also where the format does not tell, and where the file is damaged, which a framework says with its own reason.
    """
    kinds = _READERS.get(format)
    if kinds is None:
        return FP32
    try:
        with open(path, "rb") as file:
            found = set(kinds(file.read()))
    except (OSError, ValueError, IndexError, struct.error):
        return FP32
    return next((precision for precision in (INT8, FP16) if precision in found), FP32)


def _tflite(content: bytes) -> Iterator[str]:
    for subgraph in _tables(content, _number("<I", content, 0), TFLITE_SUBGRAPHS):
        for tensor in _tables(content, subgraph, TFLITE_TENSORS):
            place = _field(content, tensor, TENSOR_TYPE)
            kind = content[place] if place else 0
            if kind == TFLITE_FLOAT16:
                yield FP16
            elif kind in (TFLITE_UINT8, TFLITE_INT8) and _has_scales(content, tensor):
                yield INT8


def _has_scales(content: bytes, tensor: int) -> bool:
    place = _field(content, tensor, TENSOR_QUANTIZATION)
    if not place:
        return False
    scales = _field(content, _behind(content, place), SCALES)
    return bool(scales and _number("<I", content, _behind(content, scales)))


def _tables(content: bytes, table: int, field: int) -> Iterator[int]:
    """The places of the tables in a field of a table."""
    place = _field(content, table, field)
    if place:
        vector = _behind(content, place)
        for entry in range(min(_number("<I", content, vector), MOST_TABLES)):
            yield _behind(content, vector + 4 + 4 * entry)


def _field(content: bytes, table: int, field: int) -> int:
    """The place of a field's value, 0 where the table has none; raises struct.error beyond the end."""
    names = table - _number("<i", content, table)
    entry = 4 + 2 * field
    offset = _number("<H", content, names + entry) if entry < _number("<H", content, names) else 0
    return table + offset if offset else 0


def _behind(content: bytes, place: int) -> int:
    """Where an offset leads."""
    return place + _number("<I", content, place)


def _number(kind: str, content: bytes, place: int) -> int:
    if place < 0:
        raise ValueError("an offset to before the start")
    number: int = struct.unpack_from(kind, content, place)[0]
    return number


def _onnx(content: bytes) -> Iterator[str]:
    for graph in _messages(memoryview(content), ONNX_GRAPH):
        for number, value in fields(graph):
            if number == ONNX_NODE:
                names = (bytes(name) for name in _messages(_message(value), NODE_OPERATOR))
                yield from (INT8 for name in names if name.startswith(ONNX_INT8_OPERATORS))
            elif number == ONNX_INITIALIZER and (INITIALIZER_TYPE, ONNX_FLOAT16) in fields(_message(value)):
                yield FP16


def _messages(message: memoryview, wanted: int) -> Iterator[memoryview]:
    return (_message(value) for number, value in fields(message) if number == wanted)


def _message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message should be")
    return value


_READERS: dict[str, Callable[[bytes], Iterator[str]]] = {"tflite": _tflite, "onnx": _onnx}
"""Format to what gives the precisions of a file's parts, but for fp32."""
