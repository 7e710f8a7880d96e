"""Whether LiteRT's profiler can be trusted here: found out by a child, since it may crash, once an installation."""

from __future__ import annotations

import importlib
import subprocess
import sys

from edgetop.backends.litert_profiler import KERNELS, ProfilerFailed, library_path, record
from edgetop.backends.proofs import recall, remember, times
from edgetop.config import asset
from edgetop.isolate import ended_by
from edgetop.readings import Missing

TIMEOUT_S = 60.0
_NAME = "litert profiler"
_HINT = "Its latency is measured all the same; edgetop knows the profilers of ai-edge-litert 2.2 and 2.3"


def mistrust() -> Missing | None:
    """Why the profiler must not be used, or None: its events read well for a tiny model, whatever its kernels."""
    state = times([library_path()])
    if recall(_NAME, state):
        return None
    try:
        child = subprocess.run(
            [sys.executable, "-m", "edgetop.backends.litert_check"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return Missing(f"LiteRT's profiler hung when it was tried for {TIMEOUT_S:.0f} s", _HINT)
    if child.returncode == 0:
        remember(_NAME, state, {"trusted": True})
        return None
    lines = child.stderr.decode("utf-8", "replace").splitlines() or [""]
    how = f"crashed ({ended_by(child.returncode)})" if child.returncode < 0 else f"failed: {lines[-1]}"
    return Missing(f"LiteRT's profiler {how} when it was tried", _HINT)


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
