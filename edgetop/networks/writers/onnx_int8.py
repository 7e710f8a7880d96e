"""ONNX in int8: every value and every weight through QuantizeLinear and DequantizeLinear, inputs and outputs in fp32.

Between two of them an operator still reads as fp32; ONNX Runtime finds the pairs and takes its int8 kernels. Values
are stored in uint8, the same steps counted from 0: what it computes in on x86, where it would convert int8 ones but
for those that several operators read, and leave these in fp32.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.graph import Graph, Node
from edgetop.networks.quantize import LOWEST, QuantizedGraph, Scale
from edgetop.networks.writers.onnx import Writer
from edgetop.networks.writers.onnx_messages import Attribute

OUTPUT_CHANNELS = 0
"""Their axis in a weight."""


def write(graph: QuantizedGraph) -> tuple[bytes]:
    """The graph as one ``.onnx`` file, its weights in int8."""
    return (_Int8Writer(graph).file(),)


class _Int8Writer(Writer):
    """What a node gives is named NODE_exact, what its readers get NODE; the input's own name stays the file's."""

    def __init__(self, graph: QuantizedGraph) -> None:
        self._scales = graph.scales
        self._stored = graph.stored
        self._source = graph.nodes[0].name
        super().__init__(graph, halved=False)

    def _nodes(self, graph: Graph) -> None:
        self._rounded(self._source, f"{self._source}_rounded", self._scales[self._source])
        super()._nodes(graph)

    def _append(self, kind: str, name: str, inputs: Sequence[str], output: str, **attributes: Attribute) -> str:
        read = [f"{each}_rounded" if each == self._source else each for each in inputs]
        if output not in self._scales:
            return super()._append(kind, name, read, output, **attributes)
        exact = super()._append(kind, name, read, f"{output}_exact", **attributes)
        return self._rounded(exact, output, self._scales[output])

    def _rounded(self, source: str, output: str, scale: Scale) -> str:
        """The values of ``source`` as they can be stored, under the name ``output``."""
        how = (
            self._constant(f"{output}_scale", np.float32(scale.scale)),
            self._constant(f"{output}_zero", np.uint8(scale.zero_point - LOWEST)),
        )
        stored = super()._append("QuantizeLinear", f"{output}_quantize", (source, *how), f"{output}_uint8")
        return super()._append("DequantizeLinear", f"{output}_dequantize", (stored, *how), output)

    def _parameters(self, node: Node) -> tuple[str, str]:
        stored = self._stored(node)
        weight = self._integers(f"{node.name}_weight", stored.weight, stored.scales)
        return weight, self._integers(f"{node.name}_bias", stored.bias, stored.bias_scales)

    def _transposed(self, node: Node) -> str:
        stored = self._stored(node)
        return self._integers(f"{node.name}_weight", stored.weight.T, stored.scales)

    def _integers(self, name: str, array: npt.NDArray[np.signedinteger[Any]], scales: npt.NDArray[np.float32]) -> str:
        """Whole numbers as the real ones they stand for."""
        alone = len(scales) == 1
        inputs = (
            self._constant(f"{name}_{array.dtype.name}", array),
            self._constant(f"{name}_scale", scales.reshape(()) if alone else scales),
            self._constant(f"{name}_zero", np.zeros(() if alone else scales.shape, array.dtype)),
        )
        axis = {} if alone else {"axis": OUTPUT_CHANNELS}
        return super()._append("DequantizeLinear", f"{name}_dequantize", inputs, name, **axis)
