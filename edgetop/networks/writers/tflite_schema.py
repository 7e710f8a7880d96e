"""The numbers of TensorFlow Lite's schema that the writers need."""

from __future__ import annotations

SCHEMA_VERSION = 3
IDENTIFIER = b"TFL3"
CODES = {
    "ADD": 0,
    "AVERAGE_POOL_2D": 1,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 4,
    "DEQUANTIZE": 6,
    "FULLY_CONNECTED": 9,
    "LOGISTIC": 14,
    "MAX_POOL_2D": 17,
    "MUL": 18,
    "RELU": 19,
    "RELU6": 21,
    "RESHAPE": 22,
    "SOFTMAX": 25,
    "PAD": 34,
    "TRANSPOSE": 39,
    "MEAN": 40,
    "SPLIT": 49,
    "PADV2": 60,
    "RESIZE_NEAREST_NEIGHBOR": 97,
}
"""BuiltinOperator."""
OPTIONS = {
    "CONV_2D": 1,
    "DEPTHWISE_CONV_2D": 2,
    "AVERAGE_POOL_2D": 5,
    "MAX_POOL_2D": 5,
    "FULLY_CONNECTED": 8,
    "SOFTMAX": 9,
    "CONCATENATION": 10,
    "ADD": 11,
    "RESHAPE": 17,
    "MUL": 21,
    "PAD": 22,
    "TRANSPOSE": 26,
    "MEAN": 27,
    "SPLIT": 35,
    "DEQUANTIZE": 38,
    "PADV2": 43,
    "RESIZE_NEAREST_NEIGHBOR": 74,
}
"""BuiltinOptions: which options table an operator has; the others have none."""
VERSIONS = {"DEQUANTIZE": 3}
"""Of operators whose first version does not do what is written here."""
INT8_VERSIONS = {
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D"), 3),
    "FULLY_CONNECTED": 4,
    **dict.fromkeys(("ADD", "MUL", "CONCATENATION", "SPLIT", "PAD", "PADV2", "TRANSPOSE"), 2),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "RESIZE_NEAREST_NEIGHBOR"), 2),
    **dict.fromkeys(("RELU", "RELU6", "LOGISTIC", "SOFTMAX"), 2),
}
"""The first versions that know int8."""
TYPES = {"float32": 0, "float16": 1, "int32": 2, "int8": 9}
ACTIVATIONS = {"": 0, "relu": 1, "relu6": 3}
SAME, VALID = 0, 1
