"""LiteRT, the TFLite runtime of today (ai-edge-litert), on the CPU with its default delegate, XNNPACK."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Union

from edgetop.backends.base import Options, Profile
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
        """The times of the operators, by the same kernels in LiteRT's C library, which has a profiler."""
        if options.delegate:
            return Missing(
                "LiteRT's profiler does not run delegates", "Leave out --delegate to see the CPU's operators"
            )
        if options.variant not in KERNELS:
            return Missing(
                "LiteRT's C library, which has the profiler, has no reference kernels",
                "litert:builtin times the same operators by the built-in kernels",
            )
        refused = mistrust()
        if refused is not None:
            return refused
        try:
            return operator_profile(record(interpreter, path, options.variant, options.threads, rounds), interpreter)
        except ProfilerFailed as error:
            return Missing(f"LiteRT's profiler failed: {error.title}", error.hint)
