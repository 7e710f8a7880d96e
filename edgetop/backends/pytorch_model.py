"""What all of PyTorch's loaded models are: something to call, its input tensors, and a way to time its operators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Callable

import numpy as np

from edgetop.backends.base import Array, Profile, TensorSpec
from edgetop.readings import Missing

Profiler = Callable[[Sequence[Any], int], "Profile | Missing"]
"""Times the operators on input tensors over so many inferences."""
NO_NUMPY = "bfloat16"
"""A type that numpy has not: such tensors come and go in fp32."""


class TorchModel:
    """A callable of PyTorch's with its inputs, which are converted to the model's types before an inference."""

    def __init__(
        self,
        torch: ModuleType,
        run: Callable[..., Any],
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        profiler: Profiler,
        note: str = "",
    ) -> None:
        """``inputs`` are the tensors it is given, ``outputs`` any of the shapes and types it gives."""
        self.inputs: tuple[TensorSpec, ...] = tuple(
            _spec(f"input{i}" if i else "input", tensor, _layout(tensor)) for i, tensor in enumerate(inputs)
        )
        self.outputs: tuple[TensorSpec, ...] = tuple(_spec(f"output{i}", tensor) for i, tensor in enumerate(outputs))
        self.note = note
        self._torch = torch
        self._run: Any = run
        self._inference_mode = torch.inference_mode
        self._tensors: Sequence[Any] = inputs
        self._profiler = profiler
        self._result: Any = None

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in, in the types the model computes in."""
        for tensor, array in zip(self._tensors, arrays):
            tensor.copy_(self._torch.from_numpy(np.array(array)))

    def infer(self) -> None:
        """Run once."""
        with self._inference_mode():
            self._result = self._run(*self._tensors)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        found = tensors(self._torch, self._result)
        return [(each.float() if NO_NUMPY in str(each.dtype) else each).numpy().copy() for each in found]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each operator, however this kind of model lets them be told apart."""
        with self._inference_mode():
            return self._profiler(self._tensors, rounds)

    def close(self) -> None:
        """Give back the module and its tensors."""
        self._run = self._profiler = self._result = None  # type: ignore[assignment]
        self._tensors = ()


def cast(torch: ModuleType, module: Any, dtype: Any) -> Any:
    """The module to be computed in ``dtype``; fp32 leaves every tensor as the file has it."""
    return module if dtype == torch.float32 else module.to(dtype)


def tensors(torch: ModuleType, result: Any) -> list[Any]:
    """The tensors of what a module returned, in order."""
    if isinstance(result, torch.Tensor):
        return [result]
    parts: Sequence[Any] = ()
    if isinstance(result, Mapping):
        parts = list(result.values())
    elif isinstance(result, (tuple, list)):
        parts = result
    return [tensor for part in parts for tensor in tensors(torch, part)]


def _spec(name: str, tensor: Any, layout: str = "") -> TensorSpec:
    dtype = str(tensor.dtype).replace("torch.", "")
    return TensorSpec(name, tuple(tensor.shape), "float32" if dtype == NO_NUMPY else dtype, layout)


def _layout(tensor: Any) -> str:
    return "NCHW" if len(tensor.shape) == 4 else ""
