"""Read a neutral graph back from the file that ``networks.writers.neutral`` makes; needs numpy alone."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from edgetop.errors import BadModelFile
from edgetop.networks.graph import Graph, Node

STRUCTURE = "graph"
"""The array of bytes, JSON in UTF-8, that holds all but the weights."""
ARRAYS = ("weight", "bias")
MOST_BYTES = 1 << 32
"""Of all arrays together: what a damaged or hostile file promises is not believed."""
_TUPLES = ("inputs", "shape", "weight_shape", "kernel", "padding")
_WORDS = ("name", "op", "act", "kind", "weights_of")
_FIELDS = {field.name for field in fields(Node)} - set(ARRAYS)
_DAMAGE = (ValueError, KeyError, TypeError, EOFError, OSError, MemoryError, RecursionError)
_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)
"""What numpy lets through of an archive that is damaged, encrypted or packed in a way not known."""

_PICKLED = "allow_pickle="
"""In what numpy says of a file that is neither an archive nor an array."""


def read(path: str) -> Graph:
    """The graph of a file, its structure checked but not run; raises BadModelFile."""
    try:
        # Opened here: numpy leaves a file open that it finds damaged; what holds one array alone cannot be closed.
        with open(path, "rb") as file:
            return _graph(_bounded(np.load(file, allow_pickle=False)))
    except (*_DAMAGE, *_ZIP_DAMAGE) as error:
        raise BadModelFile(
            f"{path} is not a whole neutral graph: {_cause(error)}",
            "Write it again: edgetop models write MODEL --format graph",
        ) from error


def _cause(error: Exception) -> str:
    """What is wrong, in words that neither quote the damage nor speak of what numpy takes it for."""
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}"
    if isinstance(error, (zipfile.BadZipFile, zlib.error)):
        return "its archive is damaged"
    if _PICKLED in str(error):
        return "it is no archive of arrays"
    return str(error).partition("\n")[0] or type(error).__name__


def _bounded(arrays: Any) -> Mapping[str, Any]:
    """The arrays, read when they are asked for; ValueError for a single array or too large a file."""
    archive = getattr(arrays, "zip", None)
    if archive is None:
        raise ValueError("it is one array")
    if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
        raise ValueError(f"its arrays are larger than {MOST_BYTES >> 30} GiB")
    found: Mapping[str, Any] = arrays
    return found


def _graph(arrays: Mapping[str, Any]) -> Graph:
    told = json.loads(arrays[STRUCTURE].tobytes().decode())
    nodes: dict[str, Node] = {}
    for place, structure in enumerate(told["nodes"]):
        node = _node(structure)
        _check_place(node, nodes)
        nodes[node.name] = _weighted(node, place, arrays, nodes)
    outputs = tuple(told["outputs"])
    if not outputs or not nodes.keys() >= set(outputs):
        raise ValueError("its outputs are no nodes of it")
    return Graph(str(told["name"]), tuple(nodes.values()), outputs)


def _node(structure: Any) -> Node:
    """A node without its weights; TypeError or ValueError for a field of another kind than it should be."""
    if not isinstance(structure, dict) or not structure.keys() <= _FIELDS:
        raise ValueError("a node has fields that are not known")
    told: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in structure.items()}
    node = Node(**told)
    if not all(isinstance(getattr(node, name), str) for name in _WORDS):
        raise TypeError(f"node {node.name} has words that are none")
    numbers = (*node.shape, *node.weight_shape, *node.kernel, node.stride, node.groups, node.parts)
    counts = (*node.padding, node.part)
    if not all(type(number) is int for number in (*numbers, *counts)):
        raise TypeError(f"node {node.name} has numbers that are none")
    if min(numbers) < 1 or min(counts) < 0 or len(node.kernel) != 2 or len(node.padding) != 4:
        raise ValueError(f"node {node.name} has sizes that cannot be")
    return node


def _check_place(node: Node, before: Mapping[str, Node]) -> None:
    if node.name in before:
        raise ValueError(f"it has two nodes named {node.name}")
    if (node.op == "input") != (not before) or bool(node.inputs) != bool(before):
        raise ValueError("its first node, and only that, must be the input")
    if not before.keys() >= set(node.inputs):
        raise ValueError(f"node {node.name} reads what is not before it")


def _weighted(node: Node, place: int, arrays: Mapping[str, Any], before: Mapping[str, Node]) -> Node:
    if not node.weight_shape:
        return node
    if node.weights_of:
        owner = before[node.weights_of]
        weight, bias = owner.weight, owner.bias
    else:
        weight = arrays[f"{place}.weight"]
        bias = arrays[f"{place}.bias"] if node.bias_shape else None
    if weight is None or weight.shape != node.weight_shape or (() if bias is None else bias.shape) != node.bias_shape:
        raise ValueError(f"the weights of node {node.name} do not have its shape")
    for array in (weight, bias):
        if array is not None and array.dtype != np.float32:
            raise ValueError(f"the weights of node {node.name} are not fp32")
    return replace(node, weight=weight, bias=bias)
