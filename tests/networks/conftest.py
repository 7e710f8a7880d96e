"""Runs a graph's files in their frameworks, in the neutral layout, for all tests of the writers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from edgetop.inputs.source import input_array
from edgetop.networks import reference, zoo
from edgetop.networks.weights import seeded
from edgetop.networks.writers import write


def neutral(array):
    """NHWC to NCHW; vectors as they are."""
    return array.transpose(0, 3, 1, 2) if array.ndim == 4 else array


def run_tflite(library, contents, picture):
    interpreter = library.Interpreter(model_content=contents[0])
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture.transpose(0, 2, 3, 1))
    interpreter.invoke()
    return neutral(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


def run_caffe(cv2, contents, picture):
    net = cv2.dnn.readNetFromCaffe(*(np.frombuffer(content, np.uint8) for content in contents))
    net.setInput(picture)
    output = net.forward()
    return output.reshape(output.shape[:2]) if output.shape[2:] == (1, 1) else output


def run_torchscript(torch, contents, picture):
    module = torch.jit.load(io.BytesIO(contents[0])).eval()
    with torch.inference_mode():
        return module(torch.from_numpy(picture)).numpy()


FRAMEWORKS = {
    "litert": ("ai_edge_litert.interpreter", "tflite", run_tflite),
    "tflite": ("tflite_runtime.interpreter", "tflite", run_tflite),
    "torch": ("torch", "torchscript", run_torchscript),
    "caffe": ("cv2", "caffe", run_caffe),
}


@pytest.fixture(params=FRAMEWORKS)
def framework(request):
    """(format, run(contents, picture)) of each framework that is here."""
    module, format, run = FRAMEWORKS[request.param]
    library = pytest.importorskip(module)
    return format, partial(run, library)


@pytest.fixture(scope="session")
def built():
    """Each network of the zoo, built once."""
    graphs = {}

    def build(name):
        if name not in graphs:
            graphs[name] = zoo.build(name)
        return graphs[name]

    return build


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
    """The files of (network, format), written once."""
    known = {}

    def content(name, format):
        if (name, format) not in known:
            known[name, format] = write(built(name), format)
        return known[name, format]

    return content


@pytest.fixture
def weighted():
    """The finished graph of a builder, with weights and picture of a seed."""

    def finish(builder, seed=7):
        graph = seeded(builder.finish(), seed)
        picture = np.random.default_rng(seed).normal(size=graph.input_shape).astype(np.float32)
        return graph, picture

    return finish


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder; gives where models go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(tmp_path / "cache" / "edgetop" / "models")
