"""The formats a graph can be written in, one file a format."""

from __future__ import annotations

from importlib import import_module

from edgetop.errors import UnknownName
from edgetop.networks.graph import Graph

_HERE = "edgetop.networks.writers"
WRITERS = {
    "tflite": {
        "fp32": f"{_HERE}.tflite:write",
        "fp16": f"{_HERE}.tflite_fp16:write",
        "int8": f"{_HERE}.tflite_int8:write",
    },
    "torchscript": {"fp32": f"{_HERE}.torchscript:write", "int8": f"{_HERE}.torchscript_int8:write"},
    "ptl": {"fp32": f"{_HERE}.torchscript:write_mobile", "int8": f"{_HERE}.torchscript_int8:write_mobile"},
    "pt2": {"fp32": f"{_HERE}.torch_export:write"},
    "pte": {"fp32": f"{_HERE}.executorch:write"},
    "pte_portable": {"fp32": f"{_HERE}.executorch:write_portable"},
    "caffe": {"fp32": f"{_HERE}.caffe:write"},
    "onnx": {
        "fp32": f"{_HERE}.onnx:write",
        "fp16": f"{_HERE}.onnx:write_fp16",
        "int8": f"{_HERE}.onnx_int8:write",
    },
    "ncnn": {"fp32": f"{_HERE}.ncnn:write", "fp16": f"{_HERE}.ncnn:write_fp16"},
    "graph": {"fp32": f"{_HERE}.neutral:write"},
}
"""Format, then precision, to the function that gives the bytes of a graph's files."""

SUFFIXES = {
    "tflite": (".tflite",),
    "torchscript": (".pt",),
    "ptl": (".ptl",),
    "pt2": (".pt2",),
    "pte": (".pte",),
    "pte_portable": ("-portable.pte",),
    "caffe": (".prototxt", ".caffemodel"),
    "onnx": (".onnx",),
    "ncnn": (".param", ".bin"),
    "graph": (".npz",),
}
"""Format to the suffixes of its files, in the order the writer gives them."""

WRITTEN_BY_FRAMEWORK = frozenset({"torchscript", "ptl", "pt2", "pte", "pte_portable"})
"""Formats that only their framework can write; the others need numpy and what edgetop depends on."""

TELL_THEIR_INPUT = frozenset({"tflite", "onnx", "ncnn", "graph", "pt2", "pte", "pte_portable"})
"""Formats whose files hold the shape of the input."""


def writer(format: str, precision: str) -> str:
    """The place of a writer, ``module:function``, which is not imported; raises UnknownName."""
    if format not in WRITERS:
        raise UnknownName(f"no format named {format!r}", f"Formats: {', '.join(WRITERS)}")
    if precision not in WRITERS[format]:
        raise UnknownName(f"{format} files have no {precision}", f"Precisions: {', '.join(WRITERS[format])}")
    return WRITERS[format][precision]


def write(graph: Graph, format: str, precision: str = "fp32") -> tuple[bytes, ...]:
    """The files of a graph in a format, in the order of SUFFIXES; raises UnknownName.

    For int8 the graph is a QuantizedGraph. Inputs and outputs are fp32, but for those of a ``.tflite`` in int8.
    """
    module, function = writer(format, precision).split(":")
    files: tuple[bytes, ...] = getattr(import_module(module), function)(graph)
    return files
