"""What OpenVINO tells of a model's inputs and outputs: their shapes, and what the integers in them stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional

import numpy as np

from edgetop.backends.base import TensorSpec
from edgetop.backends.layouts import NCHW, NHWC, picture_layout
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile

QUANTIZER = "FakeQuantize"
"""The operator that stands between integers and real numbers; its inputs 1 to 4 are a range before and one behind."""
_BETWEEN = ("Convert", "Transpose")
USUAL_LAYOUT = {"onnx": NCHW, "tflite": NHWC}


def close_shapes(model: Any, file: ModelFile) -> None:
    """Leave no size of a model's inputs open: a batch is 1, others are the file's; raises BadModelFile."""
    (path,) = file.paths
    for place, port in enumerate(model.inputs):
        if port.partial_shape.is_static:
            continue
        if port.partial_shape.rank.is_dynamic:
            raise BadModelFile(
                f"{path} does not say how many axes its input {_name(port, place)} has", "Export it anew"
            )
        sizes = [size.get_length() if size.is_static else 0 for size in port.partial_shape]
        if not all(sizes[1:]) and place == 0 and len(file.input_shape) == len(sizes):
            sizes = list(file.input_shape)
        if not all(sizes[1:]):
            raise BadModelFile(
                f"the shape of the input of {path} is open: {_name(port, place)} is {port.partial_shape}",
                "Fix it when the model is exported: leave out dynamic_axes, or give sizes in place of names",
            )
        model.reshape({port: [sizes[0] or 1, *sizes[1:]]})
    if any(port.partial_shape.is_dynamic for port in model.outputs):
        raise BadModelFile(f"the shape of an output of {path} depends on its input", "Export it with fixed sizes")


def input_specs(model: Any, format: str) -> tuple[TensorSpec, ...]:
    """A model's inputs, in its order."""
    return tuple(
        _spec(port, place, picture_layout(port.shape, USUAL_LAYOUT[format]), _behind(port))
        for place, port in enumerate(model.inputs)
    )


def output_specs(model: Any, format: str) -> tuple[TensorSpec, ...]:
    """A model's outputs, in its order; the pictures of TFLite's are NHWC, however many channels they have."""
    pictures = NHWC if format == "tflite" else ""
    return tuple(
        _spec(port, place, pictures if len(port.shape) == 4 else "", _before(port))
        for place, port in enumerate(model.outputs)
    )


def _name(port: Any, place: int) -> str:
    return min(port.names) if port.names else str(place)


def _spec(port: Any, place: int, layout: str, quantization: tuple[float, int]) -> TensorSpec:
    dtype = np.dtype(port.element_type.to_dtype())
    scale, zero_point = quantization if dtype.kind in "iu" else (0.0, 0)
    return TensorSpec(
        _name(port, place), tuple(int(size) for size in port.shape), dtype.name, layout, scale, zero_point
    )


def _behind(port: Any) -> tuple[float, int]:
    """Of an input: what becomes real numbers behind it."""
    quantizer = _quantizer(port.get_node(), lambda node: [t.get_node() for t in node.output(0).get_target_inputs()])
    return _quantization(quantizer, stored=(1, 2), real=(3, 4))


def _before(port: Any) -> tuple[float, int]:
    """Of an output: what was real numbers before it."""
    quantizer = _quantizer(port.get_node(), lambda node: [v.get_node() for v in node.input_values()[:1]])
    return _quantization(quantizer, stored=(3, 4), real=(1, 2))


def _quantizer(node: Any, step: Callable[[Any], Sequence[Any]]) -> Optional[Any]:
    """The quantizer, from which only changes of type or of layout part the node; None where there is another."""
    while True:
        nodes = step(node)
        kinds = [node.get_type_name() for node in nodes]
        if kinds == [QUANTIZER]:
            return nodes[0]
        if len(kinds) != 1 or kinds[0] not in _BETWEEN:
            return None
        (node,) = nodes


def _quantization(quantizer: Any, stored: tuple[int, int], real: tuple[int, int]) -> tuple[float, int]:
    """Scale and zero point, 0 where a range is not one of constants for the whole tensor."""
    if quantizer is None:
        return 0.0, 0
    ranges = [quantizer.input_value(place).get_node() for place in (*stored, *real)]
    if any(node.get_type_name() != "Constant" or node.data.size != 1 for node in ranges):
        return 0.0, 0
    least, most, real_least, real_most = (float(node.data.reshape(-1)[0]) for node in ranges)
    if most <= least or real_most <= real_least:
        return 0.0, 0
    scale = (real_most - real_least) / (most - least)
    return scale, round(least - real_least / scale)
