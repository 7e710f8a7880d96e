"""Whole networks in int8: how near to fp32, to plain numpy and to one another; how small; as good as fp32."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.networks import zoo
from edgetop.networks.quantize import picture_count, quantize
from edgetop.networks.quantize_agreement import simulation
from edgetop.networks.writers import write

FRAMEWORKS = ["litert", "tflite", "onnxruntime", "torch"]
LARGER_ONES = {"efficientdet_d0", "yolov5n_640", "yolov5s", "yolov5s_640", "gemm_1024", "gemm_2048"}
"""Of the same structure as others."""
NAMES = [name for name in zoo.names() if name not in LARGER_ONES]
MOST_STEPS, MEAN_STEPS = 24, 1.5
"""Of the outputs' scales, between a framework and plain numpy: what each operator rounds otherwise adds up."""
PROBABILITY_STEPS = 8
ERROR = 0.1
"""Of the largest value in fp32."""
ALIKE = 94
"""Of a hundred pictures, with the likeliest class of fp32: the three cats are often about as likely."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:torch.quantize_per_tensor:UserWarning")


@pytest.fixture(scope="module")
def quantized(built):
    """A network in int8, calibrated on the first pictures, and these; the last are kept for the next framework."""

    @lru_cache(maxsize=2)
    def made(name, count=2):
        pictures = SHIPPED_PICTURES.inputs(zoo.card(name), count)
        return quantize(built(name), pictures), pictures

    return made


@pytest.fixture(scope="module")
def expected(quantized):
    """What plain numpy gives for the first picture, weights and values rounded; in one vector."""

    @lru_cache(maxsize=2)
    def output(name):
        graph, pictures = quantized(name)
        return simulation(graph)(pictures[0])

    return output


@pytest.mark.zoo
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


@pytest.mark.parametrize("format", ["tflite", "onnx"])
def test_trained_weights_recognise_as_much(format, quantized, contents, recognition):
    name = "efficientnet_lite0"
    graph, _ = quantized(name, picture_count(zoo.card(name).macs))
    found = recognition(name, format, contents(name, format), write(graph, format, "int8"))
    assert found.right >= 95
    assert found.right_in_int8 >= found.right - 2
    assert found.alike >= ALIKE
