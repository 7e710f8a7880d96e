"""ExecuTorch: a graph as a program, ``.pte``, for XNNPACK's kernels or for the portable ones.

ExecuTorch itself writes it, from the module that PyTorch exports: half a minute, most of it imports.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from edgetop.networks.graph import Graph
from edgetop.networks.writers.torch_export import exported

METHOD = "edgetop_nodes"
"""A method of the program that gives the names of its operators: it has no other place for them."""
CALL = "call_function"


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.pte`` file, whatever XNNPACK can run left to it. Needs executorch."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner

    return _written(graph, [XnnpackPartitioner()])


def write_portable(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.pte`` file of portable operators alone. Needs executorch."""
    return _written(graph, [])


def _written(graph: Graph, partitioners: Sequence[Any]) -> tuple[bytes]:
    from executorch.exir import to_edge_transform_and_lower

    program = exported(graph)
    told = {METHOD: json.dumps(_nodes(program))}
    lowered = to_edge_transform_and_lower(program, partitioner=partitioners, constant_methods=told)
    return (bytes(lowered.to_executorch().buffer),)


def _nodes(program: Any) -> list[tuple[str, str]]:
    """Each operator of an exported program by its name in PyTorch, and the node of the graph it is of."""
    stacks = {node: list(node.meta["nn_module_stack"].values()) for node in program.graph.nodes if node.op == CALL}
    return [(str(node.target).split(".")[1], stack[-1][0]) for node, stack in stacks.items()]
