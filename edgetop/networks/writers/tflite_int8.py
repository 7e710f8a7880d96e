"""TensorFlow Lite in full-integer int8: inputs, outputs and all arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edgetop.networks import quantize
from edgetop.networks.graph import Array, Node
from edgetop.networks.quantize import QuantizedGraph, Scale
from edgetop.networks.writers.flat import Field, int32, offset
from edgetop.networks.writers.tflite import ABSENT, Writer
from edgetop.networks.writers.tflite_schema import INT8_VERSIONS


def write(graph: QuantizedGraph) -> tuple[bytes]:
    """The graph as one ``.tflite`` file whose input, [1, H, W, C], and outputs are int8."""
    return (_Int8Writer(graph).file(),)


class _Int8Writer(Writer):
    versions = INT8_VERSIONS

    def __init__(self, graph: QuantizedGraph) -> None:
        super().__init__(graph)
        self._quantized = graph
        self._moved: Scale
        """What values have that an operator before or within the current node only moves about."""

    def add(self, node: Node) -> None:
        self._moved = self._quantized.scales[node.inputs[0] if node.inputs else node.name]
        super().add(node)

    def _output(self, name: str, shape: tuple[int, ...]) -> int:
        scale = self._quantized.scales.get(name, self._moved)
        return self._tensor(name, shape, "int8", 0, self._quantization(scale))

    def _parameters(self, node: Node, axes: tuple[int, ...]) -> tuple[int, int]:
        stored = self._quantized.stored(node)
        channels = self._per_channel(stored.scales, axes.index(0) if len(stored.scales) > 1 else 0)
        weight = self._data(f"{node.name}_weight", stored.weight.transpose(axes), channels)
        if node.bias is None:
            return weight, ABSENT
        return weight, self._data(f"{node.name}_bias", stored.bias, self._per_channel(stored.bias_scales, 0))

    def _lowest(self, node: Node) -> int:
        lowest = np.array([quantize.LOWEST], np.int8)
        return self._data(f"{node.name}_lowest", lowest, self._quantization(self._moved))

    def _quantization(self, scale: Scale) -> Field:
        return self._table([scale.scale], [scale.zero_point], 0)

    def _per_channel(self, scales: Array, axis: int) -> Field:
        return self._table(scales, [0] * len(scales), axis)

    def _table(self, scales: npt.ArrayLike, zero_points: Sequence[int], axis: int) -> Field:
        file = self._file
        values = offset(file.floats(scales)), offset(file.longs(zero_points))
        return offset(file.table(None, None, *values, None, None, int32(axis)))
