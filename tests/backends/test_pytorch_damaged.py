"""Damaged files of each of PyTorch's formats are refused in words, by a loader that lives on.

One process loads all damaged files of a format, one after another: PyTorch raises, and where it dies the last ones
have no answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

from edgetop.networks import writers

CHILD = """
import json, sys
import numpy as np
from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile

framework, format, *paths = sys.argv[1:]
for path in paths:
    try:
        file = ModelFile((path,), format, "own", input_shape=(1, 3, 32, 32))
        model = backend(framework).load(file, Options())
        model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
        model.infer()
        print(json.dumps([path, "ran", ""]), flush=True)
    except BadModelFile as error:
        print(json.dumps([path, error.title, error.hint]), flush=True)
"""


def flipped(data, seed):
    damaged = bytearray(data)
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), 40):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def damages(data):
    noise = np.random.default_rng(4).bytes(len(data))
    return {
        "empty": b"",
        "noise": noise,
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(1000),
        "marked noise": data[:8] + noise,
        "cut": data[: len(data) // 2],
        "cut at the end": data[:-30],
        "damaged head": b"\xff" * 64 + data[64:],
        **{f"flipped {seed}": flipped(data, seed) for seed in range(4)},
    }


@pytest.mark.parametrize("format", ["torchscript", "ptl", "pt2", "graph"])
def test_a_damaged_file_is_refused_in_words(format, graph, need, tmp_path):
    need("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (data,) = writers.write(graph("tiny"), format)
    paths = [tmp_path / name for name in damages(data)]
    for path, damaged in zip(paths, damages(data).values()):
        path.write_bytes(damaged)
    child = subprocess.run(
        [sys.executable, "-c", CHILD, "torch", format, *map(str, paths)], capture_output=True, timeout=120
    )
    said = [json.loads(line) for line in child.stdout.decode("utf-8", "replace").splitlines()]
    assert [path for path, _, _ in said] == [str(path) for path in paths], child.stderr.decode("utf-8", "replace")
    for path, title, hint in said:
        # Weights with flipped bits are still weights, and an archive is read from its end: such a model may run.
        assert "\n" not in title and ((path in title and hint) or "flipped" in path or "head" in path)
