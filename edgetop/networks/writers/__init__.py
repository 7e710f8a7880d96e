"""The formats a graph can be written in, one file a format."""

from __future__ import annotations

from importlib import import_module

from edgetop.errors import UnknownName
from edgetop.networks.graph import Graph

WRITERS = {
    "tflite": "edgetop.networks.writers.tflite:write",
    "torchscript": "edgetop.networks.writers.torchscript:write",
    "caffe": "edgetop.networks.writers.caffe:write",
}
"""Format to the function that gives the bytes of its files."""

SUFFIXES = {"tflite": (".tflite",), "torchscript": (".pt",), "caffe": (".prototxt", ".caffemodel")}
"""Format to the suffixes of its files, in the order the writer gives them."""

WRITTEN_BY_FRAMEWORK = frozenset({"torchscript"})
"""Formats that only their framework can write; the others need numpy and what edgetop depends on."""


def write(graph: Graph, format: str) -> tuple[bytes, ...]:
    """The files of a graph in a format, in the order of SUFFIXES; raises UnknownName."""
    if format not in WRITERS:
        raise UnknownName(f"no format named {format!r}", f"Formats: {', '.join(WRITERS)}")
    module, function = WRITERS[format].split(":")
    files: tuple[bytes, ...] = getattr(import_module(module), function)(graph)
    return files
