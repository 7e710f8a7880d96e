"""PyTorch: a TorchScript file, frozen and optimised for inference, on the CPU."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Union

import numpy as np

from edgetop.backends.base import Array, Availability, LoadedModel, Options, Profile, TensorSpec, Variant
from edgetop.backends.files import bad_file, check_files, check_start
from edgetop.backends.importing import import_framework, present
from edgetop.backends.variants import formats
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

_REFUSALS = (RuntimeError, ValueError, OSError, EOFError, KeyError, IndexError, AttributeError, TypeError)
"""What torch.jit.load raises on damaged files: its pickle reader follows whatever bytes it finds."""


def _module() -> Union[ModuleType, Missing]:
    return import_framework("torch", "torch")


def _optimised(torch: ModuleType, module: Any) -> Any:
    # Constants folded, batch norms merged, weights in oneDNN's layout: unfrozen it is three times slower.
    return torch.jit.optimize_for_inference(torch.jit.freeze(module))


def _tensors(torch: ModuleType, result: Any) -> list[Any]:
    """The tensors of what a module returned, in order."""
    if isinstance(result, torch.Tensor):
        return [result]
    parts: Sequence[Any] = ()
    if isinstance(result, Mapping):
        parts = list(result.values())
    elif isinstance(result, (tuple, list)):
        parts = result
    return [tensor for part in parts for tensor in _tensors(torch, part)]


class TorchModel:
    """An optimised TorchScript module with its one input."""

    def __init__(self, torch: ModuleType, module: Any, input_shape: tuple[int, ...], outputs: list[Any]) -> None:
        self.inputs: tuple[TensorSpec, ...] = (
            TensorSpec("input", input_shape, "float32", "NCHW" if len(input_shape) == 4 else ""),
        )
        self.outputs: tuple[TensorSpec, ...] = tuple(
            TensorSpec(f"output{i}", tuple(tensor.shape), str(tensor.dtype).replace("torch.", ""))
            for i, tensor in enumerate(outputs)
        )
        self._torch = torch
        self._forward = module.forward  # past the hooks of Module.__call__, of which a frozen module has none
        self._inference_mode = torch.inference_mode
        self._input = torch.zeros(input_shape)
        self._result: Any = None

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the input in."""
        np.copyto(self._input.numpy(), arrays[0])

    def infer(self) -> None:
        """Run once."""
        with self._inference_mode():
            self._result = self._forward(self._input)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [tensor.numpy().copy() for tensor in _tensors(self._torch, self._result)]

    def operators(self, rounds: int) -> Profile | Missing:
        """Missing: the optimised graph is one call."""
        return Missing("the operators of an optimised TorchScript graph are not timed")

    def close(self) -> None:
        """Give back the module and its tensors."""
        self._forward = self._input = self._result = None


def _outputs(torch: ModuleType, path: str, module: Any, input_shape: tuple[int, ...]) -> list[Any]:
    """Tensors with the shapes and types of the outputs, which a TorchScript file does not tell."""
    with torch.inference_mode():
        try:
            # Shapes alone, without weights: no inference is spent, and the first one measured stays the first.
            shadow = torch.jit.load(path, map_location="meta").eval()
            return _tensors(torch, shadow(torch.zeros(input_shape, device="meta")))
        except (RuntimeError, NotImplementedError):
            return _tensors(torch, module(torch.zeros(input_shape)))


class PyTorch:
    """PyTorch with TorchScript files."""

    name = "torch"
    title = "PyTorch"
    variants: tuple[Variant, ...] = (
        Variant("frozen", "torchscript", ("fp32",), "TorchScript, frozen and optimised for inference"),
    )
    takes_delegate = False
    distributions = ("torch",)

    def probe(self) -> Availability:
        """Trace and run a tiny module; the version, or why there is none."""
        torch = _module()
        if isinstance(torch, Missing):
            return Availability(torch)
        example = torch.zeros(1, 3, 8, 8)
        module = torch.jit.trace(torch.nn.Conv2d(3, 4, 3).eval(), example)
        model = TorchModel(torch, _optimised(torch, module), (1, 3, 8, 8), [])
        model.infer()
        model.read_outputs()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a TorchScript file; raises BadModelFile, or FrameworkMissing."""
        torch = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        check_start(path, 0, b"PK\x03\x04", self.title, "a TorchScript file")
        if not model.input_shape:
            raise BadModelFile(
                f"the shape of the input of {path} is not known",
                "A TorchScript file does not hold it: say it, as --input-shape 1,3,224,224",
            )
        torch.set_num_threads(options.threads)
        with contextlib.suppress(RuntimeError):  # raised where an earlier model has fixed it
            torch.set_num_interop_threads(1)
        try:
            module = torch.jit.load(path, map_location="cpu").eval()
            outputs = _outputs(torch, path, module, model.input_shape)
            return TorchModel(torch, _optimised(torch, module), model.input_shape, outputs)
        except _REFUSALS as error:
            hint = "It must be whole, and saved by torch.jit.trace(model, example).save(path)"
            raise bad_file(path, self.title, error, hint) from error
