"""The detection operator inside the TFLite runtimes, on a file that has nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgetop.networks import zoo
from edgetop.networks.detection.found import detections_of_four
from edgetop.networks.writers.flat import FlatFile, byte, int32, offset, ubyte, uint32

CUSTOM, FLOAT32 = 32, 0
CLASSES = 90
ANCHORS = np.array([[0.25, 0.25, 0.2, 0.2], [0.25, 0.75, 0.2, 0.4], [0.75, 0.5, 0.3, 0.3]], np.float32)


def detection_file():
    """A model of two inputs, codes of boxes [1, 3, 4] and scores [1, 3, 91], and that operator."""
    flexbuffers = pytest.importorskip("flatbuffers.flexbuffers")
    scales = {"y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
    limits = {"max_detections": 10, "max_classes_per_detection": 1, "num_classes": CLASSES, "use_regular_nms": False}
    options = flexbuffers.Dumps({**scales, **limits, "nms_score_threshold": 0.1, "nms_iou_threshold": 0.5})
    file = FlatFile(8192)
    buffers = [file.table(), file.table(offset(file.data(ANCHORS)))]

    def tensor(name, shape, buffer=0):
        fields = (offset(file.integers(shape)), byte(FLOAT32), uint32(buffer), offset(file.string(name)))
        return file.table(*fields)

    tensors = [
        tensor("boxes", (1, 3, 4)),
        tensor("scores", (1, 3, CLASSES + 1)),
        tensor("anchors", (3, 4), buffer=1),
        *(tensor(name, shape) for name, shape in (("b", (1, 10, 4)), ("c", (1, 10)), ("s", (1, 10)), ("n", (1,)))),
    ]
    name = file.string("TFLite_Detection_PostProcess")
    code = file.table(byte(CUSTOM), offset(name), int32(1), int32(CUSTOM))
    inputs, outputs = file.integers([0, 1, 2]), file.integers([3, 4, 5, 6])
    custom = file.data(np.frombuffer(bytes(options), np.uint8))
    operator = file.table(uint32(0), offset(inputs), offset(outputs), ubyte(0), None, offset(custom), byte(0))
    subgraph = file.table(
        offset(file.offsets(tensors)),
        offset(file.integers([0, 1])),
        offset(file.integers([3, 4, 5, 6])),
        offset(file.offsets([operator])),
    )
    lists = [offset(file.offsets(each)) for each in ([code], [subgraph], buffers)]
    return file.finish(file.table(uint32(3), lists[0], lists[1], None, lists[2]), b"TFL3")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("module", ["ai_edge_litert.interpreter", "tflite_runtime.interpreter"])
def test_what_the_operator_gives_is_read(module):
    interpreter = pytest.importorskip(module).Interpreter(model_content=detection_file())
    interpreter.allocate_tensors()
    boxes, scores = np.zeros((1, 3, 4), np.float32), np.zeros((1, 3, CLASSES + 1), np.float32)
    boxes[0, 1] = (2.0, 0.0, 5 * math.log(2), 0.0)
    scores[0, 1, 1 + 16], scores[0, 2, 1 + 0] = 0.8, 0.6
    for details, array in zip(interpreter.get_input_details(), (boxes, scores)):
        interpreter.set_tensor(details["index"], array)
    interpreter.invoke()
    outputs = [interpreter.get_tensor(details["index"]) for details in interpreter.get_output_details()]
    found = detections_of_four(outputs, zoo.card("ssd_mobilenet_v1").preprocessing, (1000, 500))
    assert [(each.label, each.score) for each in found] == [
        ("cat", pytest.approx(0.8)),
        ("person", pytest.approx(0.6)),
    ]
    assert found[0].box == pytest.approx((550, 500 * (0.29 - 0.2), 950, 500 * (0.29 + 0.2)), rel=1e-4)
    assert found[1].box == pytest.approx((350, 300, 650, 450), rel=1e-4)
