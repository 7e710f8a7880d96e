"""From a file of weights of another library to the weights of a network of the zoo, for this user."""

from __future__ import annotations

import os
from typing import Any

import numpy.typing as npt

from edgetop.errors import BadModelFile, UsageError
from edgetop.networks import imported, zoo
from edgetop.networks.digest import file_sha256
from edgetop.networks.graph import Graph
from edgetop.networks.imported import Record
from edgetop.networks.imports import caffe, ncnn, pickles, safetensors
from edgetop.networks.imports.contents import check
from edgetop.networks.imports.mapping import weights_of

KINDS = {
    ".pth": "PyTorch",
    ".pt": "PyTorch",
    ".safetensors": "safetensors",
    ".caffemodel": "Caffe",
    ".param": "ncnn",
    ".bin": "ncnn",
}
"""Suffix to what a file is."""


def import_weights(name: str, path: str, python: str = "") -> Record:
    """Take the weights in the file at ``path`` for the network ``name`` from now on.

    A file of PyTorch is opened by the torch of the interpreter at ``python``, ours when empty. Raises
    UnknownName, UsageError, BadModelFile where a tensor is missing, too many or of another shape,
    FrameworkMissing and CannotWrite; what was there before is then kept.
    """
    card = zoo.shipped_card(name)
    if not card.classes:
        raise UsageError(f"{name} has no weights to import", "It is a product of two matrices")
    path = os.path.expanduser(path)
    kind = KINDS.get(os.path.splitext(path)[1].lower(), "")
    if os.path.isfile(path) and not kind:
        raise BadModelFile(f"{path}: no weights file by its suffix", f"Known: {', '.join(KINDS)}")
    check(path)
    graph = zoo.build_shipped(name)
    tensors = _tensors(kind, path, graph, python)
    return imported.keep(
        graph.with_weights(weights_of(graph, tensors)), os.path.basename(path), kind, file_sha256(path)
    )


def _tensors(kind: str, path: str, graph: Graph, python: str) -> dict[str, npt.NDArray[Any]]:
    if kind == "PyTorch":
        return pickles.read(path, python)
    if kind == "safetensors":
        return safetensors.read(path)
    return caffe.read(path, graph) if kind == "Caffe" else ncnn.read(path)
