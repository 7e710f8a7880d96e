"""What the two TFLite runtimes share: one Interpreter interface, under two module names."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Callable, Union

import numpy as np

from edgetop.backends.base import Array, Availability, LoadedModel, Options, Profile, TensorSpec, Variant
from edgetop.backends.files import bad_file, check_files, check_start
from edgetop.backends.importing import present
from edgetop.config import asset
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

FORMATS = ("tflite",)
PRECISIONS = ("fp32", "fp16", "int8")
_MAGIC_OFFSET, _MAGIC = 4, b"TFL3"
_EDGE_TPU_OP = "edgetpu-custom-op"
_REFUSALS = (ValueError, RuntimeError, OSError, SystemError, TypeError)
"""What the runtimes raise on damaged files; a message that is not UTF-8 arrives as a UnicodeDecodeError."""


def _layout(shape: tuple[int, ...]) -> str:
    if len(shape) != 4:
        return ""
    if shape[3] in (1, 3):
        return "NHWC"
    return "NCHW" if shape[1] in (1, 3) else ""


def _output_layout(shape: tuple[int, ...]) -> str:
    """TFLite's operators give pictures in NHWC, however many channels they have."""
    return "NHWC" if len(shape) == 4 else ""


def _spec(details: dict[str, Any], is_input: bool) -> TensorSpec:
    shape = tuple(int(n) for n in details["shape"])
    scale, zero_point = details["quantization"]
    return TensorSpec(
        name=str(details["name"]),
        shape=shape,
        dtype=np.dtype(details["dtype"]).name,
        layout=_layout(shape) if is_input else _output_layout(shape),
        scale=float(scale),
        zero_point=int(zero_point),
    )


class InterpretedModel:
    """A TFLite model in an Interpreter whose tensors are allocated."""

    infer: Callable[[], None]

    def __init__(self, interpreter: Any) -> None:
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        self.inputs = tuple(_spec(details, is_input=True) for details in inputs)
        self.outputs = tuple(_spec(details, is_input=False) for details in outputs)
        self._input_indices = [details["index"] for details in inputs]
        self._output_indices = [details["index"] for details in outputs]
        self._interpreter = interpreter
        self.infer = interpreter.invoke  # no frame of ours stands in the timed region

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for index, array in zip(self._input_indices, arrays):
            self._interpreter.set_tensor(index, array)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [self._interpreter.get_tensor(index) for index in self._output_indices]

    def operators(self, rounds: int) -> Profile | Missing:
        """Missing: the Interpreter has no profiler."""
        return Missing("the TFLite Interpreter does not time its operators")

    def close(self) -> None:
        """Give back the interpreter and its tensors."""
        self._interpreter = None
        self.infer = _closed


def _closed() -> None:
    raise ValueError("the model is closed")


def load(module: ModuleType, title: str, model: ModelFile, options: Options) -> InterpretedModel:
    """Load a .tflite file with a runtime's ``interpreter`` module; raises BadModelFile."""
    check_files(model, FORMATS, title)
    (path,) = model.paths
    check_start(path, _MAGIC_OFFSET, _MAGIC, title, "a TFLite model")
    try:
        interpreter = module.Interpreter(model_path=path, num_threads=options.threads)
        interpreter.allocate_tensors()
        return InterpretedModel(interpreter)
    except _REFUSALS as error:
        if _EDGE_TPU_OP in str(error):
            raise BadModelFile(
                f"{path} is compiled for the Edge TPU, which {title} cannot run on the CPU",
                "Use the file it was compiled from, without _edgetpu in its name",
            ) from error
        raise bad_file(path, title, error) from error


def prove(module: ModuleType, title: str) -> None:
    """Run the smallest model that ships with edgetop; raises what the runtime raises."""
    model = load(module, title, ModelFile((asset("tiny.tflite"),), "tflite", "tiny"), Options())
    model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
    model.infer()
    model.read_outputs()
    model.close()


class InterpreterBackend(ABC):
    """What a backend of either runtime is; each says where its Interpreter is."""

    name: str
    title: str
    package: str
    """The Python package whose ``__version__`` is the runtime's."""
    variants: tuple[Variant, ...] = (
        Variant("xnnpack", "tflite", PRECISIONS, "XNNPACK's kernels, as the runtime is made"),
    )
    takes_delegate = True

    @abstractmethod
    def module(self) -> Union[ModuleType, Missing]:
        """The module that has the Interpreter, or why there is none."""

    def probe(self) -> Availability:
        """Run a tiny model; the version, or why there is none."""
        module = self.module()
        if isinstance(module, Missing):
            return Availability(module)
        prove(module, self.title)
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        present(self.module(), self.title)
        return str(importlib.import_module(self.package).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .tflite file; raises BadModelFile, or FrameworkMissing."""
        return load(present(self.module(), self.title), self.title, model, options)
