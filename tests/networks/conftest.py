"""Runs a graph's files in their frameworks, all outputs in the neutral layout, for all tests of the writers."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pytest

from edgetop.backends.pytorch_script import ENGINES
from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.inputs.source import input_array
from edgetop.networks import reference, zoo
from edgetop.networks.builder import Builder
from edgetop.networks.quantize import picture_count
from edgetop.networks.weights import seeded
from edgetop.networks.writers import write
from edgetop.networks.writers.ncnn import FP16_TAG

CAT_AND_CUP = ({281, 282, 285}, {504, 967, 968})
"""The classes of what the two shipped pictures show."""


def neutral(array):
    """NHWC to NCHW; vectors as they are."""
    return array.transpose(0, 3, 1, 2) if array.ndim == 4 else array


def run_tflite(library, contents, picture):
    interpreter = library.Interpreter(model_content=contents[0])
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    interpreter.set_tensor(source["index"], stored(picture.transpose(0, 2, 3, 1), source))
    interpreter.invoke()
    return [neutral(real(interpreter.get_tensor(o["index"]), o)) for o in interpreter.get_output_details()]


def stored(values, tensor):
    """In int8, where the tensor is."""
    scale, zero_point = tensor["quantization"]
    return np.clip(np.rint(values / scale) + zero_point, -128, 127).astype(np.int8) if scale else values


def real(values, tensor):
    scale, zero_point = tensor["quantization"]
    return (values.astype(np.float32) - zero_point) * np.float32(scale) if scale else values


def run_caffe(cv2, contents, picture):
    net = cv2.dnn.readNetFromCaffe(*(np.frombuffer(content, np.uint8) for content in contents))
    net.setInput(picture)
    outputs = net.forward(net.getUnconnectedOutLayersNames())
    vectors = len(outputs) == 1  # of several, each is a picture, however small
    return [each.reshape(each.shape[:2]) if vectors and each.shape[2:] == (1, 1) else each for each in outputs]


def run_torchscript(torch, contents, picture):
    torch.backends.quantized.engine = ENGINES[0]  # exact on this machine
    module = torch.jit.load(io.BytesIO(contents[0])).eval()
    with torch.inference_mode(), torch.jit.optimized_execution(False):  # of no use to a single run, and slow
        outputs = module(torch.from_numpy(picture))
    return [each.numpy() for each in (outputs if isinstance(outputs, tuple) else (outputs,))]


def run_onnx(onnxruntime, contents, picture):
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")  # as the backend has it
    options.intra_op_num_threads = 1  # several would wait for each other in turns, and wait long on a busy machine
    session = onnxruntime.InferenceSession(contents[0], options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: picture})


def run_ncnn(ncnn, contents, picture):
    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    net.opt.num_threads = 1
    if FP16_TAG not in contents[1][:4]:
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("net.param", "net.bin")]
        for path, content in zip(paths, contents):
            path.write_bytes(content)
        assert net.load_param(str(paths[0])) == 0
        assert net.load_model(str(paths[1])) == 0
    source = ncnn.Mat(*reversed(picture.shape[1:]))
    np.asarray(source)[...] = picture[0]
    extractor = net.create_extractor()
    assert extractor.input(net.input_names()[0], source) == 0
    found = [extractor.extract(name) for name in net.output_names()]
    assert all(code == 0 for code, _ in found)
    return [np.array(output)[None] for _, output in found]


def likeliest_by_tflite(contents, pictures):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter").Interpreter(model_content=contents[0])
    interpreter.allocate_tensors()
    (source,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()
    for picture in pictures:
        interpreter.set_tensor(source["index"], stored(picture.transpose(1, 2, 0)[None], source))
        interpreter.invoke()
        yield int(interpreter.get_tensor(output["index"]).argmax())


def likeliest_by_onnx(contents, pictures):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(contents[0], options, providers=["CPUExecutionProvider"])
    for picture in pictures:
        yield int(session.run(None, {"input": picture[None]})[0].argmax())


FRAMEWORKS = {
    "litert": ("ai_edge_litert.interpreter", "tflite", run_tflite),
    "tflite": ("tflite_runtime.interpreter", "tflite", run_tflite),
    "torch": ("torch", "torchscript", run_torchscript),
    "caffe": ("cv2", "caffe", run_caffe),
    "onnxruntime": ("onnxruntime", "onnx", run_onnx),
    "ncnn": ("ncnn", "ncnn", run_ncnn),
}


@pytest.fixture(params=FRAMEWORKS)
def framework_of_many(request):
    """(format, run(contents, picture)) of each framework that is here; run gives all outputs."""
    module, format, run = FRAMEWORKS[request.param]
    library = pytest.importorskip(module)
    return format, partial(run, library)


@pytest.fixture
def framework(framework_of_many):
    """The same, where run gives the first output."""
    format, run = framework_of_many
    return format, lambda contents, picture: run(contents, picture)[0]


@pytest.fixture(scope="session")
def built():
    """Networks of the zoo; the last two are kept, all would be a gigabyte."""
    return lru_cache(maxsize=2)(zoo.build)


@dataclass(frozen=True)
class Answer:
    """What plain numpy says of a network for a source."""

    picture: np.ndarray
    outputs: list[np.ndarray]
    spreads: dict[str, float]
    """Standard deviation of what each node with weights gives."""


@pytest.fixture(scope="session")
def answers(built):
    """The answer for (network, source), worked out once; slow for the large networks."""
    known = {}

    def answer(name, source):
        if (name, source) not in known:
            graph, picture = built(name), input_array(source, zoo.card(name))
            values = reference.activations(graph, picture)
            spreads = {node.name: float(values[node.name].std()) for node in graph.nodes if node.weight_shape}
            known[name, source] = Answer(picture, [values[output][None] for output in graph.outputs], spreads)
        return known[name, source]

    return answer


@pytest.fixture(scope="session")
def contents(built):
    """The files of (network, format); the last two are kept, as of the networks."""
    return lru_cache(maxsize=2)(lambda name, format: write(built(name), format))


@dataclass(frozen=True)
class Recognition:
    """How many of a hundred pictures a network recognises in fp32 and in int8, and sees alike in both."""

    right: int
    right_in_int8: int
    alike: int


@pytest.fixture(scope="session")
def recognition():
    """Compares two files on pictures that int8 was not calibrated on, every other one of a cat, the rest of coffee."""
    likeliest = {"tflite": likeliest_by_tflite, "onnx": likeliest_by_onnx}

    def compare(name, format, whole, small):
        card = zoo.card(name)
        pictures = SHIPPED_PICTURES.inputs(card, 100, skip=picture_count(card.macs))
        found, in_int8 = (list(likeliest[format](contents, pictures)) for contents in (whole, small))
        return Recognition(right(found), right(in_int8), sum(a == b for a, b in zip(found, in_int8)))

    def right(found):
        return sum(number in CAT_AND_CUP[place % 2] for place, number in enumerate(found))

    return compare


@pytest.fixture
def weighted():
    """The finished graph of a builder, with weights and picture of a seed."""

    def finish(builder, seed=7, outputs=()):
        graph = seeded(builder.finish(*outputs), seed)
        picture = np.random.default_rng(seed).normal(size=graph.input_shape).astype(np.float32)
        return graph, picture

    return finish


@pytest.fixture
def every_operator(weighted):
    """A graph with one of every operator and activation and two outputs, and a picture for it."""
    b = Builder("everything", (3, 12, 16))
    x = b.conv("stem", "input", 8, 3, stride=2, act="relu6")
    x = b.conv("wide", x, 8, (1, 3), act="silu")
    x = b.scale("scaled", b.conv("grouped", x, 8, 3, groups=8), act="relu")
    gate = b.conv("gate", b.gap("squeezed", x, keep=True), 8)
    x = b.mul("excited", x, b.sigmoid("opened", gate))
    left, right = b.split("half", x, 2)
    x = b.shuffle("shuffled", b.concat("joined", right, b.act("rectified", left, "relu")), 2)
    x = b.add("sum", x, b.up2("grown", b.pool("peaks", x, "max", 2, stride=2)), act="relu")
    x = b.pool("means", x, "avg", 3, stride=1, pad=1)
    product = b.matmul("product", b.conv("matrix", x, 1), 5)
    x = b.conv("twin", b.conv("last", x, 8, act="relu"), 8, weights_of="last")
    answer = b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 10))
    return weighted(b, outputs=(answer, product))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder; gives where models go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(tmp_path / "cache" / "edgetop" / "models")
