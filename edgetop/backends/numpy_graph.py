"""The neutral graph run by numpy and its BLAS: the reference that all other frameworks are checked against.

It computes in fp32, in as many threads as the environment lets the BLAS have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgetop.backends.base import (
    Array,
    Availability,
    LoadedModel,
    OperatorTime,
    Options,
    Profile,
    TensorSpec,
    Variant,
)
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.variants import formats
from edgetop.clock import now_ns
from edgetop.networks.graph import Graph, Node
from edgetop.networks.neutral import read
from edgetop.networks.reference import Wide, activations
from edgetop.plan import ModelFile
from edgetop.readings import Missing

_DAMAGE = (ValueError, KeyError, IndexError, TypeError, MemoryError)
"""What comes of a graph whose nodes do not fit together."""


class NumpyModel:
    """A graph and the picture it is run on."""

    def __init__(self, graph: Graph) -> None:
        self.inputs: tuple[TensorSpec, ...] = (TensorSpec(graph.nodes[0].name, graph.input_shape, "float32", "NCHW"),)
        self.outputs: tuple[TensorSpec, ...] = tuple(
            TensorSpec(name, (1, *graph.node(name).shape), "float32") for name in graph.outputs
        )
        self._graph = graph
        self._picture = np.zeros(graph.input_shape, np.float32)
        self._values: dict[str, Wide] = {}

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the input in."""
        np.copyto(self._picture, arrays[0])

    def infer(self) -> None:
        """Run every node once, in order."""
        self._values = activations(self._graph, self._picture, np.float32, keep=self._graph.outputs)

    def check(self) -> None:
        """Run once, and raise ValueError, or what numpy raises, where a node does not give what it says."""
        shapes = {node.name: node.shape for node in self._graph.nodes}

        def compare(name: str, values: Wide) -> Wide:
            if values.shape != shapes[name]:
                raise ValueError(f"node {name} gives {values.shape}, and says {shapes[name]}")
            return values

        activations(self._graph, self._picture, np.float32, compare, keep=())

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [self._values[name][None].copy() for name in self._graph.outputs]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each node: from the end of the one before to its own."""
        nodes = self._graph.nodes[1:]
        ends = np.array([self._ends() for _ in range(rounds)], np.int64)
        starts, times = (ends - ends[:, :1])[:, 1:-2].mean(0), np.diff(ends)[:, 1:-1].mean(0)
        operators = (
            OperatorTime(node.name, _kind(node), mean_ns, start_ns=start_ns)
            for node, mean_ns, start_ns in zip(nodes, times.tolist(), starts.tolist())
        )
        return Profile(tuple(operators), tuple((ends[:, -1] - ends[:, 0]).tolist()))

    def _ends(self) -> list[int]:
        """When one inference began, when each of its nodes, the input first, was done, and when it ended."""
        ends = [now_ns()]

        def note(name: str, values: Wide) -> Wide:
            ends.append(now_ns())
            return values

        self._values = activations(self._graph, self._picture, np.float32, note, keep=self._graph.outputs)
        return [*ends, now_ns()]

    def close(self) -> None:
        """Give back the weights and the last outputs."""
        self._graph = Graph("", (), ())
        self._values = {}


def _kind(node: Node) -> str:
    """A node's operator and the activation behind it, which are run as one."""
    return node.act if node.op == "act" else "+".join(filter(None, (node.op, node.act)))


class Numpy:
    """numpy, and the BLAS in it."""

    name = "numpy"
    title = "NumPy"
    variants: tuple[Variant, ...] = (Variant("blas", "graph", ("fp32",), "each node by numpy, products by its BLAS"),)
    takes_delegate = False
    distributions = ("numpy",)

    def probe(self) -> Availability:
        """Run a tiny graph; the version."""
        nodes = Node("x", "input", (), (3, 4, 4)), Node("relu", "act", ("x",), (3, 4, 4), act="relu")
        NumpyModel(Graph("tiny", nodes, ("relu",))).infer()
        return Availability(self.version())

    def version(self) -> str:
        """numpy's."""
        return np.__version__

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a graph and run it once; raises BadModelFile."""
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        loaded = NumpyModel(read(path))
        try:
            loaded.check()
        except _DAMAGE as error:
            raise bad_file(path, self.title, error) from error
        return loaded
