"""Damaged model files: a refusal in words or the death of the process, and never a run on what is not a model.

Each file is loaded in a process of its own, since native code may crash on it.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

CHILD = """
import json, sys
import numpy as np
from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile

framework, format, *paths = sys.argv[1:]
shape = () if format == "tflite" else (1, 3, 32, 32)
try:
    model = backend(framework).load(ModelFile(tuple(paths), format, "own", input_shape=shape), Options())
except BadModelFile as error:
    print(json.dumps(["refused", error.title, error.hint]))
    sys.exit()
model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
model.infer()
print(json.dumps(["ran", "", ""]))
"""


def empty(data):
    return b""


def cut(data):
    return data[: len(data) // 2]


def noise(data):
    return np.random.default_rng(3).bytes(len(data))


def picture(data):
    return b"\x89PNG\r\n\x1a\n" + bytes(1000)


def marked_noise(data):
    """Noise behind the first bytes, so that the format's mark is there."""
    return data[:8] + np.random.default_rng(4).bytes(len(data))


def flipped(data):
    damaged = bytearray(data)
    rng = np.random.default_rng(5)
    for place in rng.integers(0, len(data), 40):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


@pytest.fixture
def outcome(model_file, tmp_path):
    """Damages the last file of a model (the weights, where there are two) and tells what a load comes to."""

    def run(framework, damage):
        whole = model_file(framework)
        weights = whole.paths[-1]
        damaged = tmp_path / "damaged"
        with open(weights, "rb") as file:
            damaged.write_bytes(damage(file.read()))
        paths = (*whole.paths[:-1], str(damaged))
        child = subprocess.run(
            [sys.executable, "-c", CHILD, framework, whole.format, *paths], capture_output=True, timeout=60
        )
        said = child.stdout.decode("utf-8", "replace").strip()
        if child.returncode < 0:
            return "died", "", ""
        assert child.returncode == 0, child.stderr.decode("utf-8", "replace")
        return json.loads(said.splitlines()[-1])

    return run


@pytest.mark.parametrize("framework", ["litert", "tflite", "torch", "caffe", "onnxruntime", "ncnn"])
class TestDamagedFile:
    @pytest.mark.parametrize("damage", [empty, noise, picture])
    def test_is_refused_in_words(self, framework, damage, outcome):
        what, title, hint = outcome(framework, damage)
        assert what == "refused"
        assert "damaged" in title
        assert hint

    @pytest.mark.parametrize("damage", [cut, marked_noise])
    def test_never_runs_what_is_half_a_model(self, framework, damage, outcome):
        what, _, _ = outcome(framework, damage)
        assert what in ("refused", "died")

    def test_with_flipped_bits_never_ends_in_an_unknown_error(self, framework, outcome):
        # Weights with flipped bits are still weights: such a model may run.
        what, _, _ = outcome(framework, flipped)
        assert what in ("refused", "died", "ran")
