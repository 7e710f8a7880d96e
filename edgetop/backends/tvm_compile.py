"""Compile for the CPU with TVM: an ONNX model, or the tiny one that proves that it can."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from edgetop.backends.base import TensorSpec
from edgetop.backends.layouts import NCHW, picture_layout
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile

TARGET = "llvm"
"""Of the processor's common instructions: those it alone has make untuned code no faster."""


def tiny(tvm: ModuleType) -> Any:
    """An executable of one relu on [1, 4]."""
    relax = importlib.import_module("tvm.relax")
    builder = relax.BlockBuilder()
    source = relax.Var("x", relax.TensorType([1, 4], "float32"))
    with builder.function("main", [source]):
        builder.emit_func_output(builder.emit(relax.op.nn.relu(source)))
    return tvm.compile(builder.get(), target=TARGET)


def compiled(tvm: ModuleType, onnx: ModuleType, file: ModelFile) -> tuple[Any, list[TensorSpec]]:
    """The executable of an .onnx file, and its inputs; raises BadModelFile, and what TVM raises."""
    (path,) = file.paths
    decode_error = importlib.import_module("google.protobuf.message").DecodeError
    try:
        model = onnx.load(path)
    except decode_error as error:
        raise ValueError("it is damaged, or no ONNX model") from error
    inputs = _inputs(onnx, model, file)
    frontend = importlib.import_module("tvm.relax.frontend.onnx")
    module = frontend.from_onnx(model, {spec.name: list(spec.shape) for spec in inputs})
    return tvm.compile(module, target=TARGET), inputs


def _inputs(onnx: ModuleType, model: Any, file: ModelFile) -> list[TensorSpec]:
    weights = {tensor.name for tensor in model.graph.initializer}
    return [_input(onnx, value, file) for value in model.graph.input if value.name not in weights]


def _input(onnx: ModuleType, value: Any, file: ModelFile) -> TensorSpec:
    """A batch that is open is 1, other sizes those of the file."""
    tensor = value.type.tensor_type
    shape = [size.dim_value for size in tensor.shape.dim]
    if not all(shape[1:]) and len(file.input_shape) == len(shape):
        shape = list(file.input_shape)
    if not all(shape[1:]):
        raise BadModelFile(
            f"the shape of the input of {file.paths[0]} is open: {value.name} is {shape}",
            "Fix it when the model is exported: leave out dynamic_axes, or give sizes in place of names",
        )
    shape = [shape[0] or 1, *shape[1:]] if shape else []
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    return TensorSpec(value.name, tuple(shape), dtype.name, picture_layout(shape, NCHW))
