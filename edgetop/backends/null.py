"""The null backend: an inference that does nothing, on any model, so that what is measured is edgetop itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgetop import __version__
from edgetop.backends.base import Array, Availability, LoadedModel, Options, Profile, TensorSpec, Variant
from edgetop.plan import PRECISIONS, ModelFile
from edgetop.readings import Missing


class NullModel:
    """An input of the model's shape, and its first number out."""

    def __init__(self, input_shape: tuple[int, ...]) -> None:
        layout = "NCHW" if len(input_shape) == 4 else ""
        self.inputs: tuple[TensorSpec, ...] = (TensorSpec("input", input_shape, "float32", layout),)
        self.outputs: tuple[TensorSpec, ...] = (TensorSpec("output", (1,), "float32"),)
        self._value = np.zeros(1, np.float32)

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Keep the first number of the first input, whatever its shape."""
        if arrays and arrays[0].size:
            self._value = np.array(arrays[0].reshape(-1)[:1], np.float32)

    def infer(self) -> None:
        """Nothing."""

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """A copy of the number that was set."""
        return [self._value.copy()]

    def operators(self, rounds: int) -> Profile | Missing:
        """Missing: there are no operators."""
        return Missing("the null backend has no operators")

    def close(self) -> None:
        """Nothing is held."""


class Null:
    """Measures what edgetop itself adds."""

    name = "null"
    title = "null"
    variants: tuple[Variant, ...] = tuple(
        Variant(name, name, PRECISIONS, f"given {name} files")
        for name in ("tflite", "torchscript", "caffe", "onnx", "ncnn", "graph")
    )
    takes_delegate = False
    distributions = ()

    def probe(self) -> Availability:
        """Always here."""
        return Availability(__version__)

    def version(self) -> str:
        """edgetop's own."""
        return __version__

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load nothing; the model's files are not looked at."""
        return NullModel(model.input_shape or (1,))
