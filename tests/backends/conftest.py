"""Model files for the backends' tests, written once a session, and the frameworks that are here to read them."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.networks import reference, writers, zoo
from edgetop.plan import ModelFile

MODULES = {
    "litert": "ai_edge_litert",
    "tflite": "tflite_runtime",
    "torch": "torch",
    "caffe": "cv2",
    "onnxruntime": "onnxruntime",
    "ncnn": "ncnn",
    "numpy": "numpy",
}


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/backends" in str(item.path):
            # torch 2.13 advises against TorchScript in each of its functions.
            item.add_marker(pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning"))


@pytest.fixture(scope="session")
def need():
    """Skips a test whose framework is not here."""

    def check(framework):
        if find_spec(MODULES.get(framework, "numpy")) is None:
            pytest.skip(f"{MODULES[framework]} is not installed")
        if framework == "tflite" and int(np.__version__.split(".")[0]) >= 2:
            pytest.skip("tflite-runtime needs numpy 1")

    return check


@pytest.fixture(scope="session")
def graph():
    """Builds a network, once."""
    built = {}

    def build(network):
        if network not in built:
            built[network] = zoo.build(network)
        return built[network]

    return build


@pytest.fixture(scope="session")
def model_file(tmp_path_factory, graph, need):
    """Writes a network in the format of a framework, once."""
    folder = tmp_path_factory.mktemp("models")

    def write(framework, network="tiny"):
        need(framework)
        format = backend(framework).variants[0].format
        paths = [folder / f"{network}{suffix}" for suffix in writers.SUFFIXES[format]]
        if not paths[0].exists():
            for path, data in zip(paths, writers.write(graph(network), format)):
                path.write_bytes(data)
        shape = () if format in writers.TELL_THEIR_INPUT else graph(network).input_shape
        return ModelFile(tuple(map(str, paths)), format, network, input_shape=shape)

    return write


@pytest.fixture
def load(model_file):
    """Loads a network on a framework, and closes it after the test."""
    loaded = []

    def load_one(framework, network="tiny", threads=1):
        loaded.append(backend(framework).load(model_file(framework, network), Options(threads)))
        return loaded[-1]

    yield load_one
    for model in loaded:
        model.close()


@pytest.fixture(scope="session")
def expected(graph):
    """A neutral picture of noise and the reference's outputs for it."""
    known = {}

    def run(network):
        if network not in known:
            shape = graph(network).input_shape
            picture = np.random.default_rng(7).standard_normal(shape).astype(np.float32)
            known[network] = picture, reference.run(graph(network), picture)
        return known[network]

    return run
