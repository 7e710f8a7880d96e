"""Whether LiteRT's profiler can be trusted here: found out by a child, since it may crash, once an installation."""

from __future__ import annotations

import importlib
import sys

from edgetop.backends.litert_profiler import KERNELS, ProfilerFailed, library_path, record
from edgetop.backends.proofs import times
from edgetop.backends.trials import mistrust as tried
from edgetop.config import asset
from edgetop.readings import Missing

_HINT = "Its latency is measured all the same; edgetop knows the profilers of ai-edge-litert 2.2 and 2.3"


def mistrust() -> Missing | None:
    """Why the profiler must not be used, or None: its events read well for a tiny model, whatever its kernels."""
    return tried("LiteRT's profiler", ["edgetop.backends.litert_check"], times([library_path()]), _HINT)


def main() -> str:
    """The child: why the profiler is not to be trusted, or nothing."""
    path = asset("tiny.tflite")
    interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter(path)
    interpreter.allocate_tensors()
    try:
        for variant in KERNELS:
            record(interpreter, path, variant, threads=1, rounds=2)
    except ProfilerFailed as error:
        return error.title
    return ""


if __name__ == "__main__":
    sys.exit(main() or None)
