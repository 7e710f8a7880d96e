"""LiteRT, the TFLite runtime of today (ai-edge-litert), on the CPU with its default delegate, XNNPACK."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Union

from edgetop.backends.base import Options, Profile
from edgetop.backends.delegate import operators_of
from edgetop.backends.importing import import_framework
from edgetop.backends.interpreter import InterpreterBackend
from edgetop.backends.litert_check import mistrust
from edgetop.backends.litert_operators import operator_profile
from edgetop.backends.litert_profiler import KERNELS, ProfilerFailed, record
from edgetop.readings import Missing


class LiteRt(InterpreterBackend):
    """The LiteRT Interpreter."""

    name = "litert"
    title = "LiteRT"
    package = "ai_edge_litert"
    distributions = ("ai-edge-litert",)

    def module(self) -> Union[ModuleType, Missing]:
        """The module that has the Interpreter, or why there is none."""
        return import_framework("ai_edge_litert.interpreter", "litert")

    def profile(self, path: str, options: Options, interpreter: Any, rounds: int) -> Union[Profile, Missing]:
        """The times of the operators, by LiteRT's C library where its profiler can be trusted and runs such a model."""
        if options.delegate or options.variant not in KERNELS or mistrust() is not None:
            return super().profile(path, options, interpreter, rounds)
        try:
            recording = record(interpreter, path, options.variant, options.threads, rounds)
        except ProfilerFailed as error:
            return Missing(f"LiteRT's profiler failed: {error.title}", error.hint)
        return operator_profile(recording, operators_of(interpreter), interpreter.get_tensor_details())
