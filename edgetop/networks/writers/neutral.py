"""The neutral graph itself as one ``.npz`` file: its nodes as JSON, its weights as arrays, nothing pickled.

What of a node is as it is by default is left out. ``networks.neutral`` reads it back.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields
from typing import Any

import numpy as np

from edgetop.networks.graph import Graph, Node
from edgetop.networks.neutral import ARRAYS, STRUCTURE


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one fp32 ``.npz`` file."""
    told = {"name": graph.name, "outputs": graph.outputs, "nodes": [_structure(node) for node in graph.nodes]}
    file = io.BytesIO()
    arrays = _arrays(graph)
    np.savez(file, **{STRUCTURE: np.frombuffer(json.dumps(told).encode(), np.uint8)}, **arrays)
    return (file.getvalue(),)


def _structure(node: Node) -> dict[str, Any]:
    told = [
        (field.name, getattr(node, field.name), field.default) for field in fields(node) if field.name not in ARRAYS
    ]
    return {name: value for name, value, usual in told if value != usual}


def _arrays(graph: Graph) -> dict[str, Any]:
    """Those of nodes that have their own, by ``PLACE.weight`` and ``PLACE.bias``: a name can be anything."""
    return {
        f"{place}.{name}": np.asarray(getattr(node, name), "<f4")
        for place, node in enumerate(graph.nodes)
        for name in ARRAYS
        if getattr(node, name) is not None and not node.weights_of
    }
