"""Which layers a ``.caffemodel`` has weights for: Caffe takes any others from chance, and says nothing."""

from __future__ import annotations

import mmap

from edgetop.networks.imports.protobuf import Value, fields

LAYER, NAME, BLOBS = 100, 1, 7
OLD_LAYER, OLD_NAME, OLD_BLOBS = 2, 4, 6
"""Numbers of fields: of a network its layers, of a layer its name and weights; before and since Caffe's new form."""


def weighted_layers(path: str) -> set[str]:
    """The names of the layers that have weights in a file that is not empty; raises ValueError where it is damaged."""
    with open(path, "rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        return {name for number, layer in fields(content) for name in _weighted(number, layer)}
    except ValueError as error:
        raise ValueError(f"it is damaged, or no caffemodel: {error}") from error


def _weighted(number: int, layer: Value) -> list[str]:
    """The name of a layer that has weights; nothing of another field of a network."""
    if number not in (LAYER, OLD_LAYER) or isinstance(layer, int):
        return []
    name, blobs = (NAME, BLOBS) if number == LAYER else (OLD_NAME, OLD_BLOBS)
    parts = list(fields(layer))
    if all(part != blobs for part, _ in parts):
        return []
    return [
        bytes(text).decode("utf-8", "replace") for part, text in parts if part == name and not isinstance(text, int)
    ]
