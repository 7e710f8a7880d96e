"""Writes a model of the zoo to disk, in a process of its own.

``python -m edgetop.networks.write NAME FORMAT PRECISION OUT [PICTURES [OTHERS]]``: OUT is a path without suffix,
PICTURES an .npy file of inputs to calibrate int8 on, OTHERS one of inputs to judge it by. The engine starts it, so
that torch and the arrays of a whole network never enter its memory.
"""

from __future__ import annotations

import ctypes
import dataclasses
import json
import signal
import sys
from collections.abc import Sequence
from typing import Optional

import numpy as np

from edgetop.errors import EdgetopError, UnknownName
from edgetop.networks import zoo
from edgetop.networks.quantize import quantize
from edgetop.networks.quantize_agreement import Agreement, agreement
from edgetop.networks.writers import SUFFIXES, write

PR_SET_PDEATHSIG = 1
"""See prctl(2)."""
CANNOT_WRITE = 4
"""The exit code for a place that cannot be written."""
INT8 = "int8"
"""The precision that needs pictures."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""For this process's environment: calibration waits for memory, and a second thread spins rather than helps."""


def write_model(
    name: str, format: str, precision: str, out: str, pictures: str = "", others: str = ""
) -> Optional[Agreement]:
    """The model's files: ``out`` with each of the format's suffixes; raises UnknownName, OSError.

    Gives, for int8, how far it is from fp32: on the other pictures, or where there are none on the same.
    """
    precisions = zoo.card(name).precisions
    if precision not in precisions:
        raise UnknownName(f"{name} has no precision {precision!r}", f"Precisions: {', '.join(precisions)}")
    graph = zoo.build(name)
    found = None
    if precision == INT8:
        inputs = np.load(pictures)
        before, graph = graph, quantize(graph, inputs)
        found = agreement(graph, np.load(others), before) if others else agreement(graph, inputs)
    contents = write(graph, format, precision)
    for suffix, content in zip(SUFFIXES[format], contents):
        with open(out + suffix, "wb") as file:
            file.write(content)
    return found


def main(arguments: Sequence[str]) -> int:
    """Write one model; JSON on stdout says how far int8 is from fp32, the last line on stderr what went wrong."""
    try:
        found = write_model(*arguments)
    except EdgetopError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)
        return CANNOT_WRITE
    print(json.dumps(found and dataclasses.asdict(found)))
    return 0


def _end_with_parent() -> None:
    """Have the kernel end this process when the engine has ended: nobody waits for its files then."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


if __name__ == "__main__":
    _end_with_parent()
    sys.exit(main(sys.argv[1:]))
