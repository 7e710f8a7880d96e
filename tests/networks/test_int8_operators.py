"""Every operator in int8, in every framework that has it, against plain numpy with weights and values rounded."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks.builder import Builder
from edgetop.networks.quantize import quantize
from edgetop.networks.quantize_agreement import simulation
from edgetop.networks.writers import write

FRAMEWORKS = ["litert", "tflite", "onnxruntime", "torch"]
STEPS = 2.01
"""Of the output's scale: kernels round each result in whole numbers, some to one side, and what follows adds to it."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:torch.quantize_per_tensor:UserWarning"),
    pytest.mark.parametrize("framework_of_many", FRAMEWORKS, indirect=True),
]


def conv(kernel, stride, pad, groups=1, act=""):
    def build(b):
        wide = b.conv("wide", "input", 8, act="relu6")
        b.conv("conv", wide, 8, kernel, stride=stride, pad=pad, groups=groups, act=act)

    return build


def pool(kind, kernel, stride, pad, act=""):
    def build(b):
        b.pool("pool", b.conv("wide", "input", 4, act=act), kind, kernel, stride=stride, pad=pad)

    return build


def activated(act):
    def build(b):
        b.act("act", b.conv("wide", "input", 4), act)

    return build


def scaled(act):
    def build(b):
        b.scale("scale", b.conv("wide", "input", 4), act=act)

    return build


def scaled_vector(b):
    b.scale("scale", b.gap("gap", "input"), act="relu")


def added(act):
    def build(b):
        b.add("sum", b.conv("first", "input", 4, 3), b.conv("second", "input", 4), act=act)

    return build


def gated(b):
    wide = b.conv("wide", "input", 6)
    squeezed = b.conv("squeezed", b.gap("gap", wide, keep=True), 6)
    b.mul("gated", wide, b.sigmoid("gate", squeezed))


def multiplied(b):
    b.mul("product", b.conv("first", "input", 4), b.conv("second", "input", 4))


def joined_of_unlike_ranges(b):
    wide = b.conv("wide", "input", 5)
    b.concat("joined", b.act("rectified", wide, "relu6"), "input", wide)


def joined_probabilities(b):
    first = b.sigmoid("first", b.conv("wide", "input", 4))
    b.concat("joined", b.up2("up", b.pool("pool", first, "max", 2, stride=2)), first)


def shuffled(b):
    left, right = b.split("half", b.conv("wide", "input", 8), 2)
    b.shuffle("mixed", b.concat("joined", left, b.conv("changed", right, 4)), 2)


def classified(b):
    b.softmax("softmax", b.fc("classifier", b.gap("gap", b.conv("wide", "input", 8, act="relu")), 10))


CASES = {
    "conv": conv(1, 1, 0),
    "kernel of a row": conv((1, 5), 1, "same"),
    "padding of each side, with zeros at 0": conv((3, 5), 1, (0, 3, 1, 2), 1, "relu"),
    "torch padding 1 stride 2": conv(3, 2, 1, 1, "relu6"),
    "same stride 2": conv(3, 2, "same"),
    "depthwise": conv(3, 1, "same", 8),
    "torch padding 1 stride 2 depthwise": conv(3, 2, 1, 8, "relu6"),
    "groups": conv(3, 1, "same", 2, "relu"),
    "silu": conv(3, 1, 1, 1, "silu"),
    "silu depthwise": conv(3, 1, 1, 8, "silu"),
    "scale": scaled(""),
    "scale with relu": scaled("relu"),
    "scale with silu": scaled("silu"),
    "scale of a vector": scaled_vector,
    "relu alone": activated("relu"),
    "relu6 alone": activated("relu6"),
    "silu alone": activated("silu"),
    "max": pool("max", 2, 2, 0),
    "max of negative values with padding": pool("max", 3, 2, 1),
    "max of rectified values with padding": pool("max", 3, 2, 1, "relu"),
    "max same": pool("max", 3, 2, "same"),
    "average": pool("avg", 2, 2, 0),
    "average with padding": pool("avg", 3, 1, 1),
    "sum": added(""),
    "sum with relu": added("relu"),
    "sum with relu6": added("relu6"),
    "sum with silu": added("silu"),
    "squeeze and excite": gated,
    "product": multiplied,
    "concatenation of unlike ranges": joined_of_unlike_ranges,
    "concatenation of probabilities": joined_probabilities,
    "split and shuffle": shuffled,
    "twice as large": lambda b: b.up2("up", b.conv("wide", "input", 4)),
    "mean": lambda b: b.gap("gap", "input"),
    "classifier": classified,
}


@pytest.mark.parametrize("case", CASES)
def test_an_operator_agrees_with_plain_numpy(case, framework_of_many, weighted):
    format, run = framework_of_many
    b = Builder("one", (3, 12, 16))
    CASES[case](b)
    graph, picture = weighted(b)
    quantized = quantize(graph, picture)
    (output,) = run(write(quantized, format, "int8"), picture)
    expected = simulation(quantized)(picture[0])
    steps = np.abs(output.ravel() - expected).max() / quantized.scales[graph.outputs[0]].scale
    assert output.shape[1:] == graph.node(graph.outputs[0]).shape
    assert steps <= STEPS


def test_a_product_of_matrices_agrees(framework_of_many, weighted):
    format, run = framework_of_many
    b = Builder("one", (1, 5, 7))
    b.matmul("product", "input", 3)
    graph, picture = weighted(b)
    quantized = quantize(graph, picture)
    (output,) = run(write(quantized, format, "int8"), picture)
    expected = simulation(quantized)(picture[0])
    assert np.abs(output.ravel() - expected).max() <= quantized.scales["product"].scale * STEPS


def test_channels_of_nothing_but_a_bias_are_right(framework_of_many, weighted):
    format, run = framework_of_many
    b = Builder("one", (3, 8, 8))
    b.conv("conv", "input", 4)
    graph, picture = weighted(b)
    weight, bias = graph.node("conv").weight, graph.node("conv").bias
    weight[0], bias[0] = 1e-12, 3.0
    weight[1], bias[1] = 0.0, -2.0
    weight[2], bias[2] = 0.0, 0.0
    quantized = quantize(graph, picture)
    (output,) = run(write(quantized, format, "int8"), picture)
    for channel, value in enumerate([3.0, -2.0, 0.0]):
        assert np.abs(output[0, channel] - value).max() <= quantized.scales["conv"].scale


def test_every_operator_is_written_and_outputs_keep_their_order(framework_of_many, every_operator):
    format, run = framework_of_many
    graph, picture = every_operator
    quantized = quantize(graph, picture)
    outputs = run(write(quantized, format, "int8"), picture)
    assert [output.size for output in outputs] == [np.prod(graph.node(name).shape) for name in graph.outputs]
    expected = simulation(quantized)(picture[0])
    scales = [quantized.scales[name].scale for name in graph.outputs]
    steps = [np.full(output.size, scale) for output, scale in zip(outputs, scales)]
    differences = np.abs(np.concatenate([output.ravel() for output in outputs]) - expected) / np.concatenate(steps)
    assert differences.max() <= 8
