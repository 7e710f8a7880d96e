"""edgetop's ``.tflite`` against a converter's: ratio of their latencies in LiteRT on one thread, and the difference.

    python tests/bench/bench_converter.py --converter-python PYTHON [MODEL ...]

PYTHON, or EDGETOP_CONVERTER_PYTHON, is an interpreter that has litert-torch; without one nothing is compared. It
converts the code and weights of the model's TorchScript file. Both files get the same noise and run in one process,
in alternating blocks; the figure is the median of the ratios of neighbours. Ends with an error where edgetop's takes
more than 1.03 of the converter's time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from bench_backends import BLOCK_S, blocks, lasting

from edgetop.backends.base import LoadedModel, Options
from edgetop.backends.registry import backend
from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.isolate import environment
from edgetop.measure.worker import _wait_counter
from edgetop.networks.files import model_file
from edgetop.plan import ModelFile

MODELS = ("mobilenet_v2", "squeezenet1_1", "shufflenet_v2_x1_0")
CHILD = Path(__file__).with_name("convert_by_litert_torch.py")
INSTALL = """no converter to compare with. To have one, 2 GB, on Python 3.11:
    python3.11 -m venv converter
    converter/bin/pip install torch==2.13.0 litert-torch==0.10.0
    EDGETOP_CONVERTER_PYTHON=converter/bin/python make bench"""
HIGHEST_RATIO = 1.03
LOADS = 12
"""Two loads of one file differ by some per cent, by where their memory happens to lie: hence more than one."""


def converted(name: str, python: str, folder: str) -> ModelFile:
    """The converter's file of a model."""
    path = os.path.join(folder, f"{name}_converted.tflite")
    command = [python, "-W", "ignore", str(CHILD), name, path]
    child = subprocess.run(command, env=environment(python), capture_output=True, text=True, check=False)
    if child.returncode:
        raise SystemExit(f"{name} was not converted:\n{child.stderr[-2000:]}")
    return ModelFile((path,), "tflite", name)


def noise(shape: tuple[int, ...]) -> np.ndarray:
    """The same input for both files."""
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def loaded(file: ModelFile) -> LoadedModel:
    """A file in LiteRT, with noise as its input."""
    model = backend("litert").load(file, Options(threads=1))
    model.set_inputs([noise(model.inputs[0].shape)])
    return model


def medians(files: list[ModelFile], seconds: float) -> np.ndarray:
    """Nanoseconds of both files, a row for each four blocks A B B A; each file is the first to be loaded in turn."""
    waited = _wait_counter()
    rows = []
    for load in range(LOADS):
        order = (0, 1) if load % 2 else (1, 0)
        models = {which: loaded(files[which]) for which in order}
        calls = [models[which].infer for which in range(len(files))]
        inferences = max(1, round(BLOCK_S * 1e9 / max(map(lasting, calls))))
        end = time.perf_counter() + seconds / LOADS
        while time.perf_counter() < end:
            rows.append(blocks(calls, inferences, waited)[:2])
    return np.array(rows)


def inferred(file: ModelFile) -> list[np.ndarray]:
    """The outputs of one inference."""
    model = loaded(file)
    model.infer()
    return model.read_outputs()


def largest_difference(files: list[ModelFile]) -> float:
    """Of any two values of the same output; outputs of the two files are in one order."""
    ours, theirs = (inferred(file) for file in files)
    return max(float(np.abs(a.ravel() - b.ravel()).max()) for a, b in zip(ours, theirs))


def main() -> int:
    """Compare and print; 1 where edgetop's file is the slower by more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--converter-python", default=os.environ.get("EDGETOP_CONVERTER_PYTHON", ""), metavar="PYTHON")
    parser.add_argument("--seconds", type=float, default=30.0, help="of measuring, a model")
    options = parser.parse_args()
    if not options.converter_python:
        print(INSTALL)
        return 0
    over = []
    print(f"{'model':20} {'edgetop p50':>12} {'converter p50':>14} {'ratio':>7} {'difference':>11}")
    for name in options.models:
        with tempfile.TemporaryDirectory() as folder:
            own = model_file(name, "tflite", "fp32", "", SHIPPED_PICTURES)
            files = [own, converted(name, options.converter_python, folder)]
            ours, theirs = medians(files, options.seconds).T
            difference = largest_difference(files)
        ratio = float(np.median(ours / theirs))
        times = f"{np.median(ours) / 1e6:9.3f} ms {np.median(theirs) / 1e6:11.3f} ms"
        print(f"{name:20} {times} {ratio:7.3f} {difference:11.1e}", flush=True)
        if ratio > HIGHEST_RATIO:
            over.append(name)
    print(f"over {HIGHEST_RATIO}:", ", ".join(over) or "none")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
