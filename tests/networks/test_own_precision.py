"""The precision of a model file of one's own is told by what is in it, not by its inputs."""

from __future__ import annotations

import random

import numpy as np
import pytest

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.networks import zoo
from edgetop.networks.own_precision import stored_precision
from edgetop.networks.quantize import quantize
from edgetop.networks.writers import write
from edgetop.networks.writers.flat import FlatFile, byte, offset, uint32

FLOAT32, FLOAT16, UINT8, INT8 = 0, 1, 3, 9


@pytest.fixture
def told(tmp_path):
    """The precision that is told of a file's bytes."""

    def tell(content, format):
        (tmp_path / "file").write_bytes(content)
        return stored_precision(str(tmp_path / "file"), format)

    return tell


@pytest.fixture(scope="module")
def files(built):
    """The bytes of the smallest network by format and precision."""
    graphs = dict.fromkeys(("fp32", "fp16"), built("tiny"))
    graphs["int8"] = quantize(built("tiny"), SHIPPED_PICTURES.inputs(zoo.card("tiny"), 2))
    return {(f, p): write(graph, f, p)[0] for f in ("tflite", "onnx") for p, graph in graphs.items()}


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
@pytest.mark.parametrize("format", ["tflite", "onnx"])
def test_a_written_file_tells_in_which_precision(format, precision, files, told):
    assert told(files[format, precision], format) == precision


def tflite_of(*tensors):
    """A file without operators, of tensors that have a type, and scales or None."""
    file = FlatFile(1024)
    made = []
    for kind, scales in tensors:
        quantization = None
        if scales is not None:
            quantization = offset(file.table(None, None, offset(file.floats(np.array(scales, np.float32)))))
        made.append(file.table(offset(file.integers([1, 4])), byte(kind), uint32(0), None, quantization))
    subgraph = file.table(offset(file.offsets(made)))
    return file.finish(file.table(uint32(3), None, offset(file.offsets([subgraph]))), b"TFL3")


@pytest.mark.parametrize(
    ("tensors", "precision"),
    [
        ([(FLOAT32, None), (INT8, [0.5]), (FLOAT32, None)], "int8"),
        ([(FLOAT32, None), (FLOAT16, None)], "fp16"),
        ([(FLOAT16, None), (UINT8, [0.5, 0.25])], "int8"),
        ([(UINT8, None), (FLOAT32, None)], "fp32"),
        ([(UINT8, []), (FLOAT32, [0.5])], "fp32"),
        ([], "fp32"),
    ],
)
def test_inputs_do_not_tell_and_pixels_are_not_quantised(tensors, precision, told):
    assert told(tflite_of(*tensors), "tflite") == precision


@pytest.mark.parametrize("format", ["tflite", "onnx"])
def test_of_a_damaged_file_something_is_told(format, files, told):
    chance = random.Random(5)
    whole = files[format, "int8"]
    for _ in range(150):
        harmed = bytearray(whole[: chance.randrange(1, len(whole))])
        for _ in range(20):
            harmed[chance.randrange(len(harmed))] = chance.randrange(256)
        assert told(bytes(harmed), format) in ("fp32", "fp16", "int8")


@pytest.mark.parametrize(("content", "format"), [(b"", "tflite"), (b"", "onnx"), (b"anything", "caffe")])
def test_what_does_not_tell_is_taken_for_single(content, format, told):
    assert told(content, format) == "fp32"


def test_a_file_that_is_gone_is_left_to_the_framework_to_say(tmp_path):
    assert stored_precision(str(tmp_path / "none.tflite"), "tflite") == "fp32"
