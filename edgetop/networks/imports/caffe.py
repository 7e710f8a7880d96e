"""Caffe: the weights in a ``.caffemodel`` whose layers are named as the nodes, as edgetop writes them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.errors import BadModelFile
from edgetop.networks.graph import Graph, Node
from edgetop.networks.imports.contents import contents, damaged
from edgetop.networks.imports.protobuf import Value, fields, varints
from edgetop.networks.writers.caffe import BLOB_DATA, BLOB_SHAPE, LAYER, LAYER_BLOBS, LAYER_NAME, SHAPE_DIM

OLD_LAYER = 2
ANOTHER = "Give the weights of this very network, as edgetop writes them"
PARTS = ("weight", "bias")
"""What a layer's blobs are, in order."""
MAX_AXES = 8
Tensor = npt.NDArray[Any]


def read(path: str, graph: Graph) -> dict[str, Tensor]:
    """The tensors of a file by name, kernels without what the writer adds to them; raises BadModelFile."""
    content = contents(path)
    try:
        tensors = parse(content)
    except ValueError as error:
        raise damaged(path, error) from error
    for node in graph.nodes:
        name = f"{node.name}.weight"
        if node.op == "up2":
            tensors.pop(name, None)  # how Caffe enlarges, and the same in every file
        elif node.op == "conv" and name in tensors:
            tensors[name] = _without_padding(node, tensors[name])
    return tensors


def parse(content: bytes) -> dict[str, Tensor]:
    """The tensors of a file's bytes, named ``LAYER.weight`` and ``LAYER.bias``; raises ValueError."""
    tensors: dict[str, Tensor] = {}
    for number, value in fields(memoryview(content)):
        if number == OLD_LAYER and isinstance(value, memoryview):
            raise ValueError("it is of Caffe's old form; convert it with upgrade_net_proto_binary")
        if number == LAYER:
            name, blobs = _layer(value)
            for place, blob in enumerate(blobs):
                tensor = f"{name}.{PARTS[place] if place < len(PARTS) else place}"
                if tensor in tensors:
                    raise ValueError(f"two layers are named {name[:100]!r}")
                tensors[tensor] = blob
    return tensors


def _layer(value: Value) -> tuple[str, list[Tensor]]:
    name, blobs = "", []
    for number, part in fields(_bytes(value)):
        if number == LAYER_NAME:
            name = str(_bytes(part), "utf-8")
        elif number == LAYER_BLOBS:
            blobs.append(_blob(_bytes(part)))
    return name, blobs


def _blob(message: memoryview) -> Tensor:
    shape: tuple[int, ...] = ()
    chunks = []
    for number, value in fields(message):
        if number == BLOB_SHAPE:
            for dim, sizes in fields(_bytes(value)):
                if dim == SHAPE_DIM:
                    shape += (sizes,) if isinstance(sizes, int) else varints(sizes)
        elif number == BLOB_DATA:
            chunks.append(_bytes(value))
    data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if len(shape) > MAX_AXES or len(data) != 4 * math.prod(shape):
        raise ValueError(f"{len(data)} bytes for a blob of shape {list(shape[:MAX_AXES])}")
    return np.frombuffer(data, "<f4").reshape(shape)


def _bytes(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where a message should be")
    return value


def _without_padding(node: Node, weight: Tensor) -> Tensor:
    """The kernel alone: Caffe pads both sides alike, so the writer lays a zero row or column over what is too much."""
    top, left, bottom, right = node.padding
    if (top, left) == (bottom, right):
        return weight
    outputs, depth, height, width = node.weight_shape
    grown = (outputs, depth, height + abs(bottom - top), width + abs(right - left))
    if weight.shape != grown:
        found = list(weight.shape)
        raise BadModelFile(f"{node.name}.weight is {found}, which the network has in Caffe as {list(grown)}", ANOTHER)
    row, column = max(bottom - top, 0), max(right - left, 0)
    kernel: Tensor = weight[:, :, row : row + height, column : column + width]
    if np.count_nonzero(kernel) != np.count_nonzero(weight):
        raise BadModelFile(f"{node.name}.weight has numbers where the network has padding", ANOTHER)
    return kernel
