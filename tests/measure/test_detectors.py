"""A detector's heads reach the engine alike, whichever framework's worker they come from."""

from __future__ import annotations

import base64
import dataclasses

import numpy as np
import pytest

from edgetop.analysis.agreement import RAW_TOLERANCE, largest_difference
from edgetop.inputs.source import input_array, picture_size
from edgetop.measure.runner import Runner
from edgetop.networks import files, reference, zoo
from edgetop.networks.detection.found import detections
from edgetop.plan import RunSpec

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
                {"do": "load", "framework": framework, "model": dataclasses.asdict(model), "threads": 1},
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
