"""ExecuTorch: a graph as a program, ``.pte``, for XNNPACK's kernels or for the portable ones.

ExecuTorch itself writes it, from the module that PyTorch exports: half a minute, most of it imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edgetop.networks.graph import Graph
from edgetop.networks.writers.torch_export import exported


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.pte`` file, whatever XNNPACK can run left to it. Needs executorch."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner

    return _written(graph, [XnnpackPartitioner()])


def write_portable(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.pte`` file of portable operators alone. Needs executorch."""
    return _written(graph, [])


def _written(graph: Graph, partitioners: Sequence[Any]) -> tuple[bytes]:
    from executorch.exir import to_edge_transform_and_lower

    program = to_edge_transform_and_lower(exported(graph), partitioner=partitioners)
    return (bytes(program.to_executorch().buffer),)
