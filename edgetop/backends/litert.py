"""LiteRT, the TFLite runtime of today (ai-edge-litert), on the CPU with its default delegate, XNNPACK."""

from __future__ import annotations

from types import ModuleType
from typing import Union

from edgetop.backends.importing import import_framework
from edgetop.backends.interpreter import InterpreterBackend
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
