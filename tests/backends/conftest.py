"""Model files for the backends' tests, written once a session, and the frameworks that are here to read them."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

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
    "openvino": "openvino",
    "tvm": "tvm",
    "pycaffe": "caffe",
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


@pytest.fixture
def edge_tpu_file(tmp_path):
    """A model of one operator that only the Edge TPU's delegate knows."""
    flatbuffers = pytest.importorskip("flatbuffers")
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = "edgetpu-custom-op"
    tensors = [schema.TensorT(), schema.TensorT()]
    for i, tensor in enumerate(tensors):
        tensor.shape, tensor.name, tensor.buffer = [1, 8], f"tensor{i}", 0
    operator, graph, model = schema.OperatorT(), schema.SubGraphT(), schema.ModelT()
    operator.inputs, operator.outputs = [0], [1]
    graph.tensors, graph.operators, graph.inputs, graph.outputs = tensors, [operator], [0], [1]
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [graph], [schema.BufferT()]
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    path = tmp_path / "model_edgetpu.tflite"
    path.write_bytes(builder.Output())
    return str(path)


@pytest.fixture(scope="session")
def delegate(tmp_path_factory):
    """Compiles the delegate in ``native/``, or what else is given in C, to a shared library; gives its path."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("delegates")
    own = Path(__file__).parent / "native" / "delegate.c"

    def build(*flags, name="libsoftmax.so", source=None):
        library, text = folder / name, own.read_bytes() if source is None else source
        if not library.exists():  # one that is loaded must not be written again
            command = [compiler, "-shared", "-fPIC", "-O1", *flags, "-x", "c", "-", "-o", library, "-lm"]
            subprocess.run(command, input=text, check=True)
        return str(library)

    return build
