"""ONNX Runtime on the CPU: ``.onnx`` files, in fp32, with fp16 weights or in int8 as the file has it."""

from __future__ import annotations

import importlib
import json
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
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
from edgetop.backends.layouts import NCHW, picture_layout
from edgetop.backends.node_names import node_names
from edgetop.backends.variants import formats
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

PROVIDERS = ["CPUExecutionProvider"]
ERRORS_ONLY = 3
TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}
_REFUSALS = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented", "RuntimeException")
"""Of ONNX Runtime's own exceptions, those that a file can cause."""
_PRELUDE = re.compile(
    r"^\[ONNXRuntimeError\] : \d+ : \w+ : (?:Load model from .*? failed: ?)?"
    r"(?:This is an invalid model\. )?(?:.* Error )?",
    re.DOTALL,
)
"""What stands before the cause in a message of ONNX Runtime's."""
_KERNEL = "_kernel_time"
_ADDED = r"_nchwc|_token_\d+|/\w+Fusion/?"
"""What it appends to the name of a node that it moves to a blocked layout, makes of others, or numbers."""
_RUN = "model_run"
_TINY = (
    b"\x08\x08:<\x12\x04tiny\n\x12\n\x01x\x12\x01y\x1a\x04relu\x22\x04Relu"
    b"Z\x0f\n\x01x\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01b\x0f\n\x01y\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01"
    b"B\x02\x10\x0d"
)
"""A model of one Relu on one number."""


def _module() -> Union[ModuleType, Missing]:
    return import_framework("onnxruntime", "onnxruntime")


def _session(ort: ModuleType, model: Union[str, bytes], threads: int, profile: str = "") -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    # Threads that wait would turn in place: processor time and power of nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # On x86 without VNNI the usual kernels add two products in 16 bits, where they overflow.
    options.add_session_config_entry("session.x64quantprecision", "1")
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    return ort.InferenceSession(model, options, providers=PROVIDERS)


class OnnxRuntimeModel:
    """A session whose inputs are bound to arrays of ours; ``profiled`` opens one more that times its operators."""

    infer: Callable[[], None]

    def __init__(
        self, ort: ModuleType, session: Any, inputs: Sequence[TensorSpec], profiled: Callable[..., Any]
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(_spec(argument, argument.shape) for argument in session.get_outputs())
        self._profiled = profiled
        self._arrays = [np.zeros(spec.shape, spec.dtype) for spec in self.inputs]
        # Bound once: to hand arrays over at each run costs ten microseconds in the timed region.
        self._binding: Any = session.io_binding()
        for spec, array in zip(self.inputs, self._arrays):
            self._binding.bind_ortvalue_input(spec.name, ort.OrtValue.ortvalue_from_numpy(array))
        for spec in self.outputs:
            self._binding.bind_output(spec.name)
        self.infer = partial(session.run_with_iobinding, self._binding)

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for own, array in zip(self._arrays, arrays):
            np.copyto(own, array)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [np.array(value.numpy()) for value in self._binding.get_outputs()]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each node in a session of its own, since a session is profiled from its start or never."""
        feed = {spec.name: array for spec, array in zip(self.inputs, self._arrays)}
        with tempfile.TemporaryDirectory() as folder:
            session = self._profiled(profile=os.path.join(folder, "profile"))
            durations = timed(lambda: session.run(None, feed), rounds + 1)
            with open(session.end_profiling(), encoding="utf-8") as file:
                return Profile(_operator_times(json.load(file), rounds), durations[1:])

    def close(self) -> None:
        """Give back the session and its tensors."""
        self._binding = None
        self.infer = _closed


def _closed() -> None:
    raise ValueError("the model is closed")


def _operator_times(events: Sequence[dict[str, Any]], rounds: int) -> tuple[OperatorTime, ...]:
    """Of a trace with one round more than ``rounds``, the first of which is left out."""
    begins = sorted(event["ts"] for event in events if event["name"] == _RUN)
    kept = begins[-rounds:]
    durations: dict[str, list[int]] = {}
    starts: dict[str, list[int]] = {}
    types: dict[str, str] = {}
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith(_KERNEL) and event["ts"] >= kept[0]:
            name = event["name"].removesuffix(_KERNEL)
            durations.setdefault(name, []).append(event["dur"])
            starts.setdefault(name, []).append(event["ts"] - kept[bisect_right(kept, event["ts"]) - 1])
            types[name] = event["args"]["op_name"]
    nodes = node_names(durations, _ADDED)
    return tuple(
        OperatorTime(
            name=nodes[name] or types[name],
            type=types[name],
            mean_ns=sum(times) * 1e3 / rounds,
            calls=round(len(times) / rounds),
            start_ns=sum(starts[name]) * 1e3 / len(times),
        )
        for name, times in durations.items()
        if sum(times) > 0
    )


def _spec(argument: Any, shape: Sequence[Any], layout: str = "") -> TensorSpec:
    """An input or output; a size that the model leaves open is 1, since the batch is."""
    sizes = tuple(size if isinstance(size, int) else 1 for size in shape)
    return TensorSpec(argument.name, sizes, TYPES.get(argument.type, argument.type), layout)


def _input_spec(argument: Any, model: ModelFile, title: str) -> TensorSpec:
    shape = list(argument.shape)
    if argument.type not in TYPES:
        raise BadModelFile(f"{title} cannot feed {model.paths[0]}: {argument.name} is a {argument.type}", "Use numbers")
    if not all(isinstance(size, int) for size in shape) and len(model.input_shape) == len(shape):
        shape = list(model.input_shape)
    if not all(isinstance(size, int) for size in shape[1:]):
        raise BadModelFile(
            f"the shape of the input of {model.paths[0]} is open: {argument.name} is {shape}",
            "Fix it when the model is exported: leave out dynamic_axes, or give sizes in place of names",
        )
    return _spec(argument, shape, picture_layout(shape, NCHW))


class OnnxRuntime:
    """ONNX Runtime and its CPU kernels."""

    name = "onnxruntime"
    title = "ONNX Runtime"
    variants: tuple[Variant, ...] = (
        Variant("cpu", "onnx", ("fp32", "fp16", "int8"), "the CPU provider, threads that wait asleep"),
    )
    takes_delegate = False
    distributions = ("onnxruntime",)

    def probe(self) -> Availability:
        """Run a tiny model; the version, or why there is none."""
        ort = _module()
        if isinstance(ort, Missing):
            return Availability(ort)
        _session(ort, _TINY, 1).run(None, {"x": np.ones(1, np.float32)})
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load an .onnx file; raises BadModelFile, or FrameworkMissing."""
        ort = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        make = partial(_session, ort, path, options.threads)
        state = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
        refusals = tuple(getattr(state, name) for name in _REFUSALS)
        try:
            session = make()
            inputs = [_input_spec(argument, model, self.title) for argument in session.get_inputs()]
            return OnnxRuntimeModel(ort, session, inputs, make)
        except (*refusals, RuntimeError, ValueError) as error:
            cause = ValueError(_PRELUDE.sub("", str(error)))
            raise bad_file(path, self.title, cause, "Check that the file is whole and an ONNX model") from error
