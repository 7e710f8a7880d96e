"""OpenVINO on the CPU: ``.onnx`` and ``.tflite`` files, in one stream, computing in the precision that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from types import ModuleType
from typing import Any, Callable, Union

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
    timed,
)
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.importing import import_framework, present
from edgetop.backends.node_names import node_names
from edgetop.backends.openvino_tensors import close_shapes, input_specs, output_specs
from edgetop.backends.variants import formats
from edgetop.errors import FrameworkMissing
from edgetop.plan import ModelFile
from edgetop.processors import sums_bytes_exactly
from edgetop.readings import Missing

DEVICE = "CPU"
HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16", "int8": "f32"}
"""Precision to what is computed in where it is not integers."""
NEEDED = {"fp16": "FP16", "bf16": "BF16"}
"""Precision to what the CPU must have for it; without, OpenVINO computes in another and does not say so."""
_ADDED = "/WithoutBiases|/DequantizationMultiply"
"""What it appends to the name of a node whose bias or scale it takes apart."""
_PLACES = ("Exception from ", "Check '", "FrontEnd API failed", "Summary:")
"""How those lines of a message begin that say where in OpenVINO, not what."""


def _module() -> Union[ModuleType, Missing]:
    return import_framework("openvino", "openvino")


class OpenVinoModel:
    """A compiled model whose inputs lie in arrays of ours; ``compiled`` compiles it, with more settings once more."""

    infer: Callable[[], None]

    def __init__(
        self, ov: ModuleType, compiled: Callable[..., Any], inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.note = ""
        self._compiled = compiled
        self._arrays = [np.zeros(spec.shape, spec.dtype) for spec in self.inputs]
        self._tensors = [ov.Tensor(array, shared_memory=True) for array in self._arrays]
        self._request: Any = self._request_of(compiled())
        # Its outputs are shared: what copies them is read_outputs, outside the timed region.
        self.infer = partial(self._request.infer, share_outputs=True)

    def _request_of(self, compiled: Any) -> Any:
        request = compiled.create_infer_request()
        for place, tensor in enumerate(self._tensors):
            request.set_input_tensor(place, tensor)
        return request

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for own, array in zip(self._arrays, arrays):
            np.copyto(own, array)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [self._request.get_output_tensor(place).data.copy() for place in range(len(self.outputs))]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each node that is executed, in a model compiled to count; those fused into others are not."""
        request = self._request_of(self._compiled(PERF_COUNT=True))
        infer = partial(request.infer, share_outputs=True)
        infer()
        first = request.get_profiling_info()
        durations = timed(infer, rounds)
        return Profile(_operators(first, request.get_profiling_info(), rounds), durations)

    def close(self) -> None:
        """Give back the model and its tensors."""
        self._request, self._tensors = None, []
        self.infer = self._compiled = _closed


def _closed(**settings: object) -> None:
    raise ValueError("the model is closed")


def _operators(first: Sequence[Any], last: Sequence[Any], rounds: int) -> tuple[OperatorTime, ...]:
    """The rows, each a mean since the model was compiled, less those of the first inference, which is no measure."""
    nodes = node_names((row.node_name for row in last), _ADDED)
    totals = [(row, row.real_time * (rounds + 1) - before.real_time) for before, row in zip(first, last)]
    return tuple(
        OperatorTime(nodes[row.node_name], row.node_type, total.total_seconds() * 1e9 / rounds)
        for row, total in totals
        if total > timedelta()
    )


def _refusal(error: RuntimeError) -> ValueError:
    """The line of OpenVINO's message that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(_PLACES)]
    return ValueError(told[-1].lstrip("- ") if told else str(error))


class OpenVino:
    """OpenVINO and its CPU plugin."""

    name = "openvino"
    title = "OpenVINO"
    variants: tuple[Variant, ...] = (
        Variant("onnx", "onnx", ("fp32", "fp16", "bf16", "int8"), "from ONNX, computing in the run's precision"),
        Variant("tflite", "tflite", ("fp32", "fp16", "bf16", "int8"), "from TFLite, computing in the run's precision"),
    )
    takes_delegate = False
    distributions = ("openvino",)

    def probe(self) -> Availability:
        """Run a tiny model; the version, or why there is none."""
        ov = _module()
        if isinstance(ov, Missing):
            return Availability(ov)
        source = ov.opset8.parameter([1, 4], ov.Type.f32)
        model = ov.Model([ov.opset8.relu(source)], [source], "tiny")
        ov.Core().compile_model(model, DEVICE).create_infer_request().infer([np.ones((1, 4), np.float32)])
        return Availability(self.version())

    def version(self) -> str:
        """The installed version, without the build; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__).partition("-")[0]

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load an .onnx or .tflite file; raises BadModelFile, or FrameworkMissing, as where the CPU has no bf16."""
        ov = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        core = ov.Core()
        hint = self._hint(core, options)
        settings = {"NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": options.threads, "INFERENCE_PRECISION_HINT": hint}

        def compiled(**more: object) -> Any:
            return core.compile_model(network, DEVICE, {**settings, **more})

        try:
            network = core.read_model(path)
            close_shapes(network, model)
            specs = input_specs(network, model.format), output_specs(network, model.format)
            loaded = OpenVinoModel(ov, compiled, *specs)
        except RuntimeError as error:
            raise bad_file(path, self.title, _refusal(error)) from error
        if options.precision == "int8" and not sums_bytes_exactly():
            loaded.note = "on this CPU its int8 kernels cut off sums of products beyond 16 bits"
        if options.precision in NEEDED and hint == "f32":
            loaded.note = f"the weights are {options.precision}; this CPU computes in fp32"
        return loaded

    def _hint(self, core: Any, options: Options) -> str:
        """What to compute in, since OpenVINO would choose by the CPU; raises FrameworkMissing for lack of bf16."""
        needed = NEEDED.get(options.precision)
        if needed is None or needed in core.get_property(DEVICE, "OPTIMIZATION_CAPABILITIES"):
            return HINTS[options.precision]
        if options.precision == "fp16":
            return "f32"
        raise FrameworkMissing(f"{self.title}: this CPU has no {options.precision}", "Choose fp32")
