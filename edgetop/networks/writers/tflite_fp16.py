"""TensorFlow Lite with weights in fp16: each goes through a DEQUANTIZE, which the runtimes apply once.

Inputs, outputs and arithmetic stay fp32; delegates that compute in fp16 read such weights as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.networks.graph import Graph
from edgetop.networks.writers.half import half
from edgetop.networks.writers.tflite import Writer


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.tflite`` file with fp16 weights; raises ValueError where one does not fit."""
    return (_HalfWriter(graph).file(),)


class _HalfWriter(Writer):
    def _constant(self, name: str, array: npt.NDArray[Any]) -> int:
        """A constant; weights and biases, which only a DEQUANTIZE may read, as what comes out of it."""
        if array.dtype != np.float32 or array.size == 1:  # a single number saves nothing, and may be out of range
            return super()._constant(name, array)
        stored = super()._constant(f"{name}_fp16", half(name, array))
        output = self._output(name, array.shape)
        self._append("DEQUANTIZE", [stored], [output])
        return output
