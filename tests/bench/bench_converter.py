"""edgetop's ``.tflite`` against a converter's: ratio of their latencies in LiteRT on one thread, and the difference.

    python tests/bench/bench_converter.py --converter-python PYTHON [MODEL ...]

PYTHON, or EDGETOP_CONVERTER_PYTHON, is an interpreter that has litert-torch; without one nothing is compared. It
converts the code and weights of the model's TorchScript file. Both files get the same noise and run in one process,
in alternating blocks. Ends with an error where edgetop's takes more than 1.03 of the converter's time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from bench_backends import alternated, noise, written

from edgetop.backends.base import LoadedModel, Options
from edgetop.backends.registry import backend
from edgetop.isolate import environment
from edgetop.plan import ModelFile

MODELS = ("mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x1_0")
CHILD = Path(__file__).with_name("convert_by_litert_torch.py")
INSTALL = """no converter to compare with. To have one, 2 GB, on Python 3.11:
    python3.11 -m venv converter
    converter/bin/pip install torch==2.13.0 litert-torch==0.10.0
    EDGETOP_CONVERTER_PYTHON=converter/bin/python make bench"""
HIGHEST_RATIO = 1.03
LOADS = 6
"""Two loads of one file differ by some per cent, by where their memory happens to lie: hence more than one."""
WARM_UP = 20


def converted(name: str, python: str, folder: str) -> ModelFile:
    """The converter's file of a model."""
    path = os.path.join(folder, f"{name}_converted.tflite")
    command = [python, "-W", "ignore", str(CHILD), name, path]
    child = subprocess.run(command, env=environment(python), capture_output=True, text=True, check=False)
    if child.returncode:
        raise SystemExit(f"{name} was not converted:\n{child.stderr[-2000:]}")
    return ModelFile((path,), "tflite", name)


def loaded(file: ModelFile) -> LoadedModel:
    """A file in LiteRT, warm, with noise as its input."""
    model = backend("litert").load(file, Options(threads=1))
    model.set_inputs([noise(model.inputs[0].shape)])
    for _ in range(WARM_UP):
        model.infer()
    return model


def durations(files: list[ModelFile], inferences: int) -> list[np.ndarray]:
    """Nanoseconds of inferences of each file, as many from loads before the other's as from loads after it."""
    kept: list[list[int]] = [[] for _ in files]
    for load in range(LOADS):
        order = range(len(files)) if load % 2 else reversed(range(len(files)))
        models = {which: loaded(files[which]) for which in order}
        calls = [models[which].infer for which in range(len(files))]
        for all_, some in zip(kept, alternated(calls, inferences // LOADS)):
            all_.extend(some)
    return [np.array(each) for each in kept]


def largest_difference(files: list[ModelFile]) -> float:
    """Of any two values of the same output; outputs of the two files are in one order."""
    ours, theirs = (loaded(file).read_outputs() for file in files)
    return max(float(np.abs(a.ravel() - b.ravel()).max()) for a, b in zip(ours, theirs))


def main() -> int:
    """Compare and print; 1 where edgetop's file is the slower by more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--converter-python", default=os.environ.get("EDGETOP_CONVERTER_PYTHON", ""), metavar="PYTHON")
    parser.add_argument("--inferences", type=int, default=1200, help="of each file")
    options = parser.parse_args()
    if not options.converter_python:
        print(INSTALL)
        return 0
    over = []
    print(f"{'model':20} {'edgetop p50':>12} {'converter p50':>14} {'ratio':>7} {'of minima':>10} {'difference':>11}")
    for name in options.models:
        with tempfile.TemporaryDirectory() as folder:
            files = [written(name, "litert", folder), converted(name, options.converter_python, folder)]
            ours, theirs = durations(files, options.inferences)
            difference = largest_difference(files)
        p50, of_converter = np.median(ours), np.median(theirs)
        ratio, of_minima = p50 / of_converter, ours.min() / theirs.min()
        times = f"{p50 / 1e6:9.3f} ms {of_converter / 1e6:11.3f} ms"
        print(f"{name:20} {times} {ratio:7.3f} {of_minima:10.3f} {difference:11.1e}", flush=True)
        if ratio > HIGHEST_RATIO:
            over.append(name)
    print(f"over {HIGHEST_RATIO}:", ", ".join(over) or "none")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
