"""What the two TFLite runtimes share: one Interpreter interface, under two module names."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any, Callable, Union

import numpy as np

from edgetop.backends.base import Array, Availability, LoadedModel, Options, Profile, TensorSpec, Variant
from edgetop.backends.delegate import delegate_options, load_delegate, share
from edgetop.backends.files import bad_file, cause, check_files, check_start
from edgetop.backends.importing import present
from edgetop.backends.interpreter_check import mistrust
from edgetop.backends.interpreter_profile import watched_profile
from edgetop.backends.variants import choose
from edgetop.config import asset
from edgetop.errors import BadModelFile, EdgetopError, RunFailed
from edgetop.plan import ModelFile
from edgetop.readings import Missing

FORMAT = "tflite"
PRECISIONS = ("fp32", "fp16", "int8")
RESOLVERS = {"builtin": "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "reference": "BUILTIN_REF"}
"""Variant to the runtimes' name for where its kernels come from, where that is not left to them."""
_MAGIC_OFFSET, _MAGIC = 4, b"TFL3"
EDGE_TPU_OP = "edgetpu-custom-op"
"""All that was compiled for an Edge TPU, as one operator."""
_AFTER_REFUSAL = "Restored original execution plan"
"""What the runtimes add, without a space, to the words of a delegate that refused a model."""
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
    """A TFLite model in an Interpreter whose tensors are allocated.

    ``profile`` gives the times of its operators, for its interpreter and a number of rounds.
    """

    infer: Callable[[], None]

    def __init__(self, interpreter: Any, note: str, profile: Callable[[Any, int], Union[Profile, Missing]]) -> None:
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        self.inputs = tuple(_spec(details, is_input=True) for details in inputs)
        self.outputs = tuple(_spec(details, is_input=False) for details in outputs)
        self.note = note
        self._profile = profile
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
        """The time of each operator, by other means than this Interpreter, which has none."""
        return self._profile(self._interpreter, rounds)

    def close(self) -> None:
        """Give back the interpreter and its tensors."""
        self._interpreter = None
        self.infer = _closed


def _closed() -> None:
    raise ValueError("the model is closed")


def _interpreter(runtime: ModuleType, path: str, options: Options, resolver: str, delegates: list[Any]) -> Any:
    # The runtimes that Coral ships for old Pythons know no resolvers.
    kernels = {"experimental_op_resolver_type": runtime.OpResolverType[resolver]} if resolver else {}
    return runtime.Interpreter(
        model_path=path, num_threads=options.threads, experimental_delegates=delegates or None, **kernels
    )


class InterpreterBackend(ABC):
    """What a backend of either runtime is; each says where its Interpreter is."""

    name: str
    title: str
    package: str
    """The Python package whose ``__version__`` is the runtime's."""
    variants: tuple[Variant, ...] = (
        Variant("xnnpack", FORMAT, PRECISIONS, "XNNPACK's kernels, as the runtime is made"),
        Variant("builtin", FORMAT, PRECISIONS, "the runtime's own optimised kernels"),
        Variant("reference", FORMAT, PRECISIONS, "plain kernels, slow, to compare with"),
    )
    takes_delegate = True

    @abstractmethod
    def module(self) -> Union[ModuleType, Missing]:
        """The module that has the Interpreter, or why there is none."""

    def probe(self) -> Availability:
        """Run the smallest model that ships with edgetop; the version, or why there is none."""
        module = self.module()
        if isinstance(module, Missing):
            return Availability(module)
        model = self.load(ModelFile((asset("tiny.tflite"),), FORMAT, "tiny"), Options())
        model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
        model.infer()
        model.read_outputs()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        present(self.module(), self.title)
        return str(importlib.import_module(self.package).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .tflite file; raises BadModelFile, RunFailed where a delegate refuses it, or FrameworkMissing."""
        runtime = present(self.module(), self.title)
        check_files(model, (FORMAT,), self.title)
        (path,) = model.paths
        check_start(path, _MAGIC_OFFSET, _MAGIC, self.title, "a TFLite model")
        options = self.complete(options)
        delegates = [self.delegate(runtime, options)] if options.delegate else []
        path, prepared = self.prepare(path)
        try:
            interpreter = _interpreter(runtime, path, options, RESOLVERS.get(options.variant, ""), delegates)
            shared = self.share(interpreter, options)
            interpreter.allocate_tensors()
            note = ". ".join(said for said in (prepared, shared) if said)
            return InterpretedModel(interpreter, note, partial(self.profile, path, options))
        except _REFUSALS as error:
            raise self._refusal(runtime, path, options, error, delegates) from error

    def complete(self, options: Options) -> Options:
        """The options with what they leave open: the variant's name."""
        return replace(options, variant=choose(self, options.variant, format=FORMAT).name)

    def prepare(self, path: str) -> tuple[str, str]:
        """The file to load for a model file, and what there is to note of it."""
        return path, ""

    def delegate(self, runtime: ModuleType, options: Options) -> Any:
        """The delegate that the model is given to, loaded; raises FrameworkMissing."""
        return load_delegate(runtime, options.delegate, delegate_options(options))

    def share(self, interpreter: Any, options: Options) -> str:
        """What there is to note of how the model is shared with a delegate, before its tensors are allocated."""
        return share(interpreter, options.delegate) if options.delegate else ""

    def profile(self, path: str, options: Options, interpreter: Any, rounds: int) -> Union[Profile, Missing]:
        """The times of the operators of the model in an interpreter, by watching another; Missing where that fails."""
        runtime = present(self.module(), self.title)
        refused = mistrust(runtime)
        if refused is not None:
            return refused
        try:
            delegates = [self.delegate(runtime, options)] if options.delegate else []
            resolver = RESOLVERS.get(options.variant, "")

            def make(first: Sequence[Any]) -> Any:
                return _interpreter(runtime, path, options, resolver, [*first, *delegates])

            return watched_profile(make, interpreter, options.delegate, rounds)
        except EdgetopError as error:
            return Missing(f"its operators could not be timed: {error.title}", error.hint)
        except _REFUSALS as error:
            return Missing(f"its operators could not be timed: {cause(error)}")

    def _refusal(
        self, runtime: ModuleType, path: str, options: Options, error: Exception, delegates: list[Any]
    ) -> EdgetopError:
        """Whose fault it is that a model is not loaded: the file's, or, where it loads without, the delegate's."""
        if delegates:
            try:
                _interpreter(runtime, path, options, "", []).allocate_tensors()
            except _REFUSALS as alone:
                error = error if EDGE_TPU_OP in str(alone) else alone
            else:
                said = ValueError(str(error).partition(_AFTER_REFUSAL)[0])
                return RunFailed(
                    f"the delegate {options.delegate} refuses {path}: {cause(said)}",
                    "The model runs without it: leave out --delegate, or change its options",
                )
        if EDGE_TPU_OP in str(error) and delegates:
            return RunFailed(
                f"{path} is compiled for the Edge TPU, and the delegate {options.delegate} does not take it",
                "Run it with --on coral, by libedgetpu",
            )
        if EDGE_TPU_OP in str(error):
            return BadModelFile(
                f"{path} is compiled for the Edge TPU, which {self.title} cannot run on the CPU",
                "Run it with --on coral, or use the file it was compiled from, without _edgetpu in its name",
            )
        return bad_file(path, self.title, error)
