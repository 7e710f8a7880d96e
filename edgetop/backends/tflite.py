"""TFLite, the older runtime (tflite-runtime), which many boards still carry; it lives with numpy 1 only."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Union

import numpy as np

from edgetop.backends.importing import import_framework
from edgetop.backends.interpreter import InterpreterBackend
from edgetop.readings import Missing

_OLDER_PYTHON = "It stops at Python 3.11: name such an interpreter under [frameworks.tflite] in the settings"


class TfLite(InterpreterBackend):
    """The Interpreter of tflite-runtime."""

    name = "tflite"
    title = "TFLite"
    package = "tflite_runtime"
    distributions = ("tflite-runtime",)

    def module(self) -> Union[ModuleType, Missing]:
        """The module that has the Interpreter, or why there is none."""
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
