"""A detector's heads reach the engine alike, whichever framework's worker they come from."""

from __future__ import annotations

import base64
import dataclasses
import json

import numpy as np
import pytest

from edgetop.analysis.agreement import RAW_TOLERANCE, largest_difference
from edgetop.inputs.source import input_array, picture_size
from edgetop.measure.detected import SHOWN, detected, detected_of_four
from edgetop.measure.runner import Runner
from edgetop.networks import files, reference, zoo
from edgetop.networks.detection.found import detections
from edgetop.plan import RunSpec
from edgetop.samples import Event, is_sound

MODEL = "ssd_mobilenet_v1"
FRAMEWORKS = {
    # module, format
    "litert": ("ai_edge_litert", "tflite"),
    "tflite": ("tflite_runtime", "tflite"),
    "torch": ("torch", "torchscript"),
    "caffe": ("cv2", "caffe"),
    "onnxruntime": ("onnxruntime", "onnx"),
    "ncnn": ("ncnn", "ncnn"),
}


@pytest.fixture(scope="module")
def picture():
    return input_array("cat", zoo.card(MODEL))


@pytest.fixture(scope="module")
def expected(picture):
    return reference.run(zoo.build(MODEL), picture)


@pytest.fixture
def outputs(tmp_path, picture, monkeypatch):
    """What a framework's worker answers to the picture."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def ask(framework):
        module, format = FRAMEWORKS[framework]
        pytest.importorskip(module)
        model = files.model_file(MODEL, format)
        np.save(tmp_path / "picture.npy", picture)
        runner = Runner(RunSpec(0, MODEL, framework))
        try:
            for command in (
                {"do": "load", "framework": framework, "model": dataclasses.asdict(model), "options": {}},
                {"do": "inputs", "path": str(tmp_path / "picture.npy")},
                {"do": "warm"},
            ):
                answer = runner.ask(command, lambda: False)
        finally:
            runner.close()
        packed = answer["outputs"]
        return [np.frombuffer(base64.b64decode(each["data"]), "<f4").reshape(each["shape"]) for each in packed]

    return ask


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_heads_and_what_they_say_are_those_of_plain_numpy(framework, outputs, expected):
    heads = outputs(framework)
    assert [head.shape for head in heads] == [head.shape for head in expected]
    assert largest_difference(heads, expected, raw=True) <= RAW_TOLERANCE["fp32"]
    size = picture_size("cat")
    ours, theirs = (detections(each, zoo.card(MODEL), size) for each in (heads, expected))
    assert [each.label for each in ours[:10]] == [each.label for each in theirs[:10]]
    for one, other in zip(ours[:10], theirs):
        assert one.box == pytest.approx(other.box, abs=0.05)


def test_what_was_found_fits_an_event_and_reading_it_is_timed(expected):
    card, size = zoo.card(MODEL), picture_size("cat")
    data = detected(expected, card, size)
    found = detections(expected, card, size)
    assert len(found) > SHOWN
    assert data["detections"] == [list(each.row) for each in found[:SHOWN]]
    assert 10_000 < data["decode_ns"] < 10_000_000_000
    assert is_sound(Event(0, "outputs", json.loads(json.dumps(data)), 0))


def test_what_the_operator_of_a_file_found_fits_too():
    outputs = [np.array([[[0.0, 0.0, 0.5, 1.0]]]), np.array([[16.0]]), np.array([[0.75]]), np.ones(1)]
    data = detected_of_four(outputs, zoo.card(MODEL).preprocessing, (100, 50))
    assert data["detections"] == [["cat", 0.75, 0.0, 0.0, 100.0, 25.0]]
    assert is_sound(Event(0, "outputs", json.loads(json.dumps(data)), 0))
