"""Every model of the zoo in every format: how long a process takes to write it, and its peak memory.

    python tests/bench/bench_writers.py [MODEL ...]

int8 is calibrated on as many shipped pictures as edgetop takes. Processor time stands beside wall time, which other
work on the machine lengthens. Ends with an error where a model takes more processor time or memory than it may; files
that a framework's own exporter writes are listed for comparison, without a limit, where the framework is here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec

import numpy as np

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.networks import zoo
from edgetop.networks.quantize import picture_count
from edgetop.networks.write import INT8, ONE_THREAD
from edgetop.networks.writers import WRITERS

MOST_SECONDS = 3.0
MOST_MEBIBYTES = 600
EXPORTED = {("torchscript", "int8"), ("ptl", "fp32"), ("ptl", "int8"), ("pt2", "fp32")}
EXPORTED |= {("pte", "fp32"), ("pte_portable", "fp32")}
"""By torch's and ExecuTorch's exporters, which alone take longer than that."""


def saved_pictures(name: str, folder: str) -> str:
    """Where the inputs are that a model is calibrated on."""
    card = zoo.card(name)
    path = os.path.join(folder, "pictures.npy")
    np.save(path, SHIPPED_PICTURES.inputs(card, picture_count(card.macs)))
    return path


def measure(name: str, format: str, precision: str, out: str) -> tuple[float, float, float]:
    """Wall and processor seconds, and peak MiB, of the process that writes one model."""
    pictures = [saved_pictures(name, os.path.dirname(out))] if precision == INT8 else []
    command = [sys.executable, "-W", "ignore", "-m", "edgetop.networks.write", name, format, precision, out, *pictures]
    start = time.monotonic()
    child = subprocess.Popen(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{name} as {format} {precision}: exit code {child.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> int:
    """Measure and print; 1 where a limit is passed."""
    over = []
    print(f"{'model':20} {'format':18} {'wall':>7} {'cpu':>7} {'peak':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or zoo.names():
            for format, precisions in WRITERS.items():
                for precision in sorted(set(precisions) & set(zoo.card(name).precisions)):
                    if format.startswith("pte") and not find_spec("executorch"):
                        continue
                    wall, cpu, peak = measure(name, format, precision, os.path.join(folder, "model"))
                    what = f"{name:20} {format + ' ' + precision:18}"
                    print(f"{what} {wall:5.2f} s {cpu:5.2f} s {peak:5.0f} MiB", flush=True)
                    limited = (format, precision) not in EXPORTED
                    if limited and (cpu > MOST_SECONDS or peak > MOST_MEBIBYTES):
                        over.append(f"{name} as {format} {precision}")
    print("over the limit:", ", ".join(over) or "none")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
