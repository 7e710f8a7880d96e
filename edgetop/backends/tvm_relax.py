"""TVM on the CPU: an ``.onnx`` file compiled here, untuned, or a library that was compiled before, as by tuning it."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Union

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
from edgetop.backends.files import bad_file, check_files, check_start
from edgetop.backends.importing import import_framework, present
from edgetop.backends.layouts import NCHW, picture_layout
from edgetop.backends.tvm_compile import TARGET, compiled, tiny
from edgetop.backends.variants import formats
from edgetop.clock import now_ns
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.plan import ModelFile
from edgetop.readings import Missing

LIBRARY = "tvm"
"""The format of a compiled library."""
ENTRY = "main"
BIG_CORES = 1
"""The mode of TVM's threads that prefers the cores with the highest clock, as its default does."""
BIND = "TVM_BIND_THREADS"
"""1, its default, binds each thread to a core, the one that waits for the others too."""
_REFUSALS = (RuntimeError, ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError)
"""What TVM raises on a model that it cannot compile, a library that is none, or an input that does not fit."""
_MACHINE = "vm.builtin."
_NUMBER = re.compile(r"_?\d+$")


def _module() -> Union[ModuleType, Missing]:
    os.environ.setdefault(BIND, "0")
    return import_framework("tvm", "tvm")


def _onnx() -> ModuleType:
    found = import_framework("onnx", "tvm")
    if isinstance(found, Missing):
        raise FrameworkMissing(
            f"TVM reads ONNX files by the Python package onnx: {found.reason}", f"{sys.executable} -m pip install onnx"
        )
    return found


class TvmModel:
    """The entry of a virtual machine, its inputs in tensors of TVM's; run once as it is made, to know its outputs."""

    def __init__(self, tvm: ModuleType, executable: Any, inputs: Sequence[TensorSpec], note: str = "") -> None:
        self.inputs = tuple(inputs)
        self.note = note
        self._machine: Any = importlib.import_module("tvm.relax").VirtualMachine(executable, tvm.cpu())
        self._run = self._machine[ENTRY]
        self._tensors = [tvm.runtime.tensor(np.zeros(spec.shape, spec.dtype)) for spec in self.inputs]
        self._result: Any = None
        self.infer()
        self.outputs: tuple[TensorSpec, ...] = tuple(
            TensorSpec(f"output{place}", array.shape, array.dtype.name)
            for place, array in enumerate(self.read_outputs())
        )

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for tensor, array in zip(self._tensors, arrays):
            tensor.copyfrom(array)

    def infer(self) -> None:
        """Run once."""
        self._result = self._run(*self._tensors)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        results = [self._result] if hasattr(self._result, "numpy") else self._result
        return [np.array(result.numpy()) for result in results]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each function that the machine calls, compiled ones and its own, by TVM's names."""
        marks: list[tuple[str, int]] = []

        def mark(function: object, name: str, before: bool, *_: object) -> int:
            marks.append((name, now_ns()))
            return 0  # and go on

        self._machine.set_instrument(mark)
        durations: list[int] = []
        calls: dict[str, list[tuple[int, int]]] = {}
        for _ in range(rounds):
            marks.clear()
            begin = now_ns()
            durations += timed(self.infer, 1)
            for (name, start), (_, end) in zip(marks[::2], marks[1::2]):
                calls.setdefault(name, []).append((start - begin, end - start))
        return Profile(tuple(_operator(name, found, rounds) for name, found in calls.items()), tuple(durations))

    def close(self) -> None:
        """Give back the machine and its tensors."""
        self._machine = self._run = self._result = None
        self._tensors = []


def _operator(name: str, calls: Sequence[tuple[int, int]], rounds: int) -> OperatorTime:
    """Of (start, duration) of every call of one function; it begins with the first call of each round."""
    each = len(calls) // rounds
    begins = [start for start, _ in calls[::each]]
    kind = "virtual machine" if name.startswith(_MACHINE) else _NUMBER.sub("", name)
    return OperatorTime(name, kind, sum(ns for _, ns in calls) / rounds, each, sum(begins) / len(begins))


class Tvm:
    """TVM's Relax compiler and its virtual machine."""

    name = "tvm"
    title = "TVM"
    variants: tuple[Variant, ...] = (
        Variant("compiled", "onnx", ("fp32",), "compiled from ONNX as it is loaded, untuned"),
        Variant("library", LIBRARY, ("fp32",), "a library compiled before"),
    )
    takes_delegate = False
    distributions = ("apache-tvm",)

    def probe(self) -> Availability:
        """Compile and run a tiny model; the version, or why there is none."""
        tvm = _module()
        if isinstance(tvm, Missing):
            return Availability(tvm)
        TvmModel(tvm, tiny(tvm), [TensorSpec("x", (1, 4), "float32")])
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Compile an .onnx file, or load a library; raises BadModelFile, or FrameworkMissing."""
        tvm = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        tvm.get_global_func("runtime.config_threadpool")(BIG_CORES, options.threads)
        if model.format == LIBRARY:
            inputs = [self._library_input(model)]
            check_start(path, 0, b"\x7fELF", self.title, "a compiled library")
        else:
            onnx = _onnx()
        try:
            if model.format == LIBRARY:
                return TvmModel(tvm, tvm.runtime.load_module(path), inputs)
            start = now_ns()
            executable, inputs = compiled(tvm, onnx, model)
            seconds = (now_ns() - start) / 1e9
            return TvmModel(tvm, executable, inputs, f"compiled in {seconds:.1f} s for {TARGET}, untuned")
        except _REFUSALS as error:
            raise bad_file(path, self.title, error) from error

    def _library_input(self, model: ModelFile) -> TensorSpec:
        if not model.input_shape:
            raise BadModelFile(
                f"{self.title} cannot run {model.paths[0]}: what shape its input has is not known",
                "A compiled library does not hold it: say it, as --input-shape 1,3,224,224",
            )
        return TensorSpec("input", model.input_shape, "float32", picture_layout(model.input_shape, NCHW))
