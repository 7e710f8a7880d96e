"""Whole networks in int8: how near to fp32, to plain numpy and to one another; how small; as good as fp32."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.networks import zoo
from edgetop.networks.quantize import picture_count, quantize
from edgetop.networks.quantize_agreement import simulation
from edgetop.networks.writers import write

FRAMEWORKS = ["litert", "tflite", "onnxruntime"]
LARGER_ONES = {"efficientdet_d0", "yolov5n_640", "yolov5s", "yolov5s_640", "gemm_1024", "gemm_2048"}
"""Of the same structure as others."""
NAMES = [name for name in zoo.names() if name not in LARGER_ONES]
MOST_STEPS, MEAN_STEPS = 24, 1.5
"""Of the outputs' scales, between a framework and plain numpy: what each operator rounds otherwise adds up."""
PROBABILITY_STEPS = 8
ERROR = 0.1
"""Of the largest value in fp32."""
CAT_AND_CUP = ({281, 282, 285}, {504, 967, 968})
"""The classes of what the two shipped pictures show."""
ALIKE = 94
"""Of a hundred pictures, with the likeliest class of fp32: the three cats are often about as likely."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="session")
def quantized(built):
    """Each network in int8, calibrated on the first pictures, and these; done once."""
    known = {}

    def made(name, count=2):
        if (name, count) not in known:
            pictures = SHIPPED_PICTURES.inputs(zoo.card(name), count)
            known[name, count] = quantize(built(name), pictures), pictures
        return known[name, count]

    return made


@pytest.fixture(scope="session")
def expected(quantized):
    """What plain numpy gives for the first picture, weights and values rounded; in one vector."""
    known = {}

    def output(name):
        if name not in known:
            graph, pictures = quantized(name)
            known[name] = simulation(graph)(pictures[0])
        return known[name]

    return output


@pytest.mark.parametrize("framework_of_many", FRAMEWORKS, indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_a_network_runs_as_plain_numpy_says(name, framework_of_many, quantized, expected):
    format, run = framework_of_many
    graph, pictures = quantized(name)
    outputs = np.concatenate([each.ravel() for each in run(write(graph, format, "int8"), pictures[:1])])
    scales = [np.full(np.prod(graph.node(each).shape), graph.scales[each].scale) for each in graph.outputs]
    steps = np.abs(outputs - expected(name)) / np.concatenate(scales)
    assert steps.max() <= (PROBABILITY_STEPS if graph.nodes[-1].op == "softmax" else MOST_STEPS)
    assert steps.mean() <= MEAN_STEPS
    largest = np.abs(graph.exact[0]).max()
    assert np.abs(outputs - graph.exact[0]).max() <= max(ERROR * largest, graph.scales[graph.outputs[0]].scale)


@pytest.mark.parametrize("format", ["tflite", "onnx"])
@pytest.mark.parametrize("name", ["mobilenet_v2", "resnet50"])
def test_a_file_is_nearly_a_quarter_as_large(name, format, quantized, contents):
    (small,), (large,) = write(quantized(name)[0], format, "int8"), contents(name, format)
    assert len(small) < 0.3 * len(large)


@pytest.fixture(scope="session")
def unseen():
    """A hundred inputs that efficientnet_lite0 is not calibrated on, every other one of a cat, the rest of coffee."""
    card = zoo.card("efficientnet_lite0")
    return SHIPPED_PICTURES.inputs(card, 100, skip=picture_count(card.macs))


@pytest.fixture(scope="session")
def whole_answers(unseen, contents):
    library = pytest.importorskip("ai_edge_litert.interpreter")
    return answers(library, contents("efficientnet_lite0", "tflite"), unseen)


def answers(library, contents, pictures):
    """The likeliest class of each picture, by a TFLite interpreter that is made once."""
    interpreter = library.Interpreter(model_content=contents[0])
    interpreter.allocate_tensors()
    (source,), (output,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero_point = source["quantization"]
    found = []
    for picture in pictures.transpose(0, 2, 3, 1):
        values = (np.rint(picture / scale) + zero_point).clip(-128, 127) if scale else picture
        interpreter.set_tensor(source["index"], values[None].astype(source["dtype"]))
        interpreter.invoke()
        found.append(int(interpreter.get_tensor(output["index"]).argmax()))
    return found


def right(found):
    return sum(one in CAT_AND_CUP[place % 2] for place, one in enumerate(found))


def test_trained_weights_recognise_as_much_in_int8(unseen, whole_answers, quantized):
    library = pytest.importorskip("ai_edge_litert.interpreter")
    card = zoo.card("efficientnet_lite0")
    graph, _ = quantized(card.name, picture_count(card.macs))
    found = answers(library, write(graph, "tflite", "int8"), unseen)
    assert right(whole_answers) >= 95
    assert right(found) >= right(whole_answers) - 2
    assert sum(a == b for a, b in zip(found, whole_answers)) >= ALIKE


def test_trained_weights_recognise_as_much_in_onnx(unseen, whole_answers, quantized):
    onnxruntime = pytest.importorskip("onnxruntime")
    card = zoo.card("efficientnet_lite0")
    graph, _ = quantized(card.name, picture_count(card.macs))
    (content,) = write(graph, "onnx", "int8")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = [int(session.run(None, {"input": picture[None]})[0].argmax()) for picture in unseen]
    assert right(found) >= right(whole_answers) - 2
    assert sum(a == b for a, b in zip(found, whole_answers)) >= ALIKE
