"""LiteRT, the TFLite runtime of today (ai-edge-litert), on the CPU with its default delegate, XNNPACK."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Union

from edgetop.backends import interpreter
from edgetop.backends.base import Availability, LoadedModel, Options
from edgetop.backends.importing import import_framework, present
from edgetop.plan import ModelFile
from edgetop.readings import Missing


def _module() -> Union[ModuleType, Missing]:
    return import_framework("ai_edge_litert.interpreter", "litert")


class LiteRt:
    """The LiteRT Interpreter."""

    name = "litert"
    title = "LiteRT"
    formats = interpreter.FORMATS
    precisions = interpreter.PRECISIONS
    distributions = ("ai-edge-litert",)

    def probe(self) -> Availability:
        """Run a tiny model; the version, or why there is none."""
        module = _module()
        if isinstance(module, Missing):
            return Availability(module)
        interpreter.prove(module, self.title)
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        present(_module(), self.title)
        return str(importlib.import_module("ai_edge_litert").__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .tflite file; raises BadModelFile, or FrameworkMissing."""
        return interpreter.load(present(_module(), self.title), self.title, model, options)
