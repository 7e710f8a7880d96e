"""TFLite, the older runtime (tflite-runtime), which many boards still carry; it lives with numpy 1 only."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Union

import numpy as np

from edgetop.backends import interpreter
from edgetop.backends.base import Availability, LoadedModel, Options
from edgetop.backends.importing import import_framework, present
from edgetop.plan import ModelFile
from edgetop.readings import Missing

_OLDER_PYTHON = "It stops at Python 3.11: name such an interpreter under [frameworks.tflite] in the settings"


def _module() -> Union[ModuleType, Missing]:
    # Beside numpy 2 it installs and imports, and then dies in the first Interpreter.
    module = import_framework("tflite_runtime", "tflite")
    if isinstance(module, Missing):
        return module if sys.version_info < (3, 12) else Missing("not installed", _OLDER_PYTHON)
    if int(np.__version__.split(".")[0]) >= 2:
        return Missing(
            f"needs numpy 1, and numpy {np.__version__} is installed",
            "pip install 'numpy<2', or name another interpreter under [frameworks.tflite] in the settings",
        )
    return import_framework("tflite_runtime.interpreter", "tflite")


class TfLite:
    """The Interpreter of tflite-runtime."""

    name = "tflite"
    title = "TFLite"
    formats = interpreter.FORMATS
    precisions = interpreter.PRECISIONS
    distributions = ("tflite-runtime",)

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
        return str(importlib.import_module("tflite_runtime").__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .tflite file; raises BadModelFile, or FrameworkMissing."""
        return interpreter.load(present(_module(), self.title), self.title, model, options)
