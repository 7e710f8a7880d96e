"""Whether a TFLite runtime's Interpreter can be watched: found out by a child, since it may crash, once a version."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from edgetop.backends.interpreter_profile import watched_profile
from edgetop.backends.litert_profiler import ProfilerFailed
from edgetop.backends.proofs import times
from edgetop.backends.trials import mistrust as tried
from edgetop.config import asset
from edgetop.readings import Missing

_HINT = "Its latency is measured all the same"
_RESOLVERS = ("AUTO", "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "BUILTIN_REF")


def mistrust(runtime: ModuleType) -> Missing | None:
    """Why its operators must not be watched, or None: those of a tiny model read well, whatever the kernels."""
    package = runtime.__name__.partition(".")[0]
    return tried(
        f"watching the operators of {package}",
        ["edgetop.backends.interpreter_check", runtime.__name__],
        times([str(runtime.__file__)]),
        _HINT,
    )


def main(module: str) -> str:
    """The child: why the operators must not be watched, or nothing."""
    runtime = importlib.import_module(module)
    path = asset("tiny.tflite")
    for resolver in _RESOLVERS:

        def make(delegates: Sequence[Any], resolver: str = resolver) -> Any:
            kernels = runtime.OpResolverType[resolver]
            return runtime.Interpreter(
                path, experimental_op_resolver_type=kernels, experimental_delegates=list(delegates)
            )

        plain = make([])
        plain.allocate_tensors()
        for details in plain.get_input_details():
            plain.set_tensor(details["index"], np.ones(details["shape"], details["dtype"]))
        try:
            watched_profile(make, plain, "", rounds=2)
        except ProfilerFailed as error:
            return error.title
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or None)
