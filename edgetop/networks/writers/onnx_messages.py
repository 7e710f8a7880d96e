"""The messages of an ONNX file: nodes with their attributes, constants, inputs and outputs, the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Union

import numpy.typing as npt

from edgetop.networks.writers.protobuf import Message, data, integer, message, packed, real, string

IR_VERSION, OPSET = 8, 13
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10}
"""TensorProto.DataType."""
MODEL_IR, MODEL_PRODUCER, MODEL_GRAPH, MODEL_OPSET, OPSET_VERSION = 1, 2, 7, 8, 2
GRAPH_NODE, GRAPH_NAME, GRAPH_CONSTANT, GRAPH_INPUT, GRAPH_OUTPUT = 1, 2, 5, 11, 12
NODE_INPUT, NODE_OUTPUT, NODE_NAME, NODE_TYPE, NODE_ATTRIBUTE = 1, 2, 3, 4, 5
ATTRIBUTE_NAME, ATTRIBUTE_FLOAT, ATTRIBUTE_INT, ATTRIBUTE_STRING, ATTRIBUTE_INTS, ATTRIBUTE_TYPE = 1, 2, 3, 4, 8, 20
TENSOR_DIMS, TENSOR_TYPE, TENSOR_NAME, TENSOR_DATA = 1, 2, 8, 9
VALUE_NAME, VALUE_TYPE, TYPE_TENSOR, TENSOR_ELEMENT, TENSOR_SHAPE, SHAPE_DIM, DIM_VALUE = 1, 2, 1, 1, 2, 1, 1
"""Field numbers."""
FLOAT, INT, STRING, INTS = 1, 2, 3, 7
"""AttributeProto.AttributeType."""

Attribute = Union[int, float, str, Sequence[int]]


def model(name: str, parts: Iterable[Message]) -> bytes:
    """The whole file, of a graph's nodes, constants, inputs and outputs."""
    return b"".join(
        (
            *integer(MODEL_IR, IR_VERSION),
            *string(MODEL_PRODUCER, "edgetop"),
            *message(MODEL_GRAPH, string(GRAPH_NAME, name), *parts),
            *message(MODEL_OPSET, integer(OPSET_VERSION, OPSET)),
        )
    )


def operator(
    kind: str, name: str, inputs: Iterable[str], outputs: Iterable[str], attributes: dict[str, Attribute]
) -> Message:
    """A node; its inputs and outputs are names of tensors."""
    return message(
        GRAPH_NODE,
        *(string(NODE_INPUT, each) for each in inputs),
        *(string(NODE_OUTPUT, each) for each in outputs),
        string(NODE_NAME, name),
        string(NODE_TYPE, kind),
        *(message(NODE_ATTRIBUTE, *_attribute(key, value)) for key, value in attributes.items()),
    )


def constant(name: str, array: npt.NDArray[Any]) -> Message:
    """A tensor with its numbers."""
    return message(
        GRAPH_CONSTANT,
        packed(TENSOR_DIMS, array.shape),
        integer(TENSOR_TYPE, TYPES[array.dtype.name]),
        string(TENSOR_NAME, name),
        data(TENSOR_DATA, array),
    )


def value(field: int, name: str, shape: Sequence[int]) -> Message:
    """An fp32 input (GRAPH_INPUT) or output (GRAPH_OUTPUT) of the model."""
    dims = (message(SHAPE_DIM, integer(DIM_VALUE, size)) for size in shape)
    tensor = (*integer(TENSOR_ELEMENT, TYPES["float32"]), *message(TENSOR_SHAPE, *dims))
    return message(field, string(VALUE_NAME, name), message(VALUE_TYPE, message(TYPE_TENSOR, tensor)))


def _attribute(name: str, value: Attribute) -> tuple[Message, ...]:
    if isinstance(value, str):
        field, kind = string(ATTRIBUTE_STRING, value), STRING
    elif isinstance(value, int):
        field, kind = integer(ATTRIBUTE_INT, value), INT
    elif isinstance(value, float):
        field, kind = real(ATTRIBUTE_FLOAT, value), FLOAT
    else:
        field, kind = packed(ATTRIBUTE_INTS, value), INTS
    return string(ATTRIBUTE_NAME, name), field, integer(ATTRIBUTE_TYPE, kind)
