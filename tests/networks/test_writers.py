"""Every operator and every kind of padding, in every framework, against plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.errors import UnknownName
from edgetop.networks import reference
from edgetop.networks.builder import Builder
from edgetop.networks.writers import SUFFIXES, WRITERS, write

ROUNDING = 2e-5
"""OpenCV computes 3 x 3 convolutions by Winograd's method, which loses two digits; a wrong pad is 1e-1 off."""

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def conv(kernel, stride, pad, groups=1, act=""):
    def build(b):
        b.conv("wide", "input", 8, 1)
        b.conv("conv", "wide", 8, kernel, stride=stride, pad=pad, groups=groups, act=act)

    return build


def pool(kind, kernel, stride, pad):
    def build(b):
        b.conv("wide", "input", 4, 1)  # no activation: half of what comes in is negative
        b.pool("pool", "wide", kind, kernel, stride=stride, pad=pad)

    return build


def joined(b):
    first = b.conv("first", "input", 3, 3, act="relu")
    second = b.conv("second", "input", 5, 3)
    b.concat("joined", first, second)


def added(act):
    def build(b):
        b.add("sum", b.conv("first", "input", 4, 3), b.conv("second", "input", 4, 1), act=act)

    return build


def classified(b):
    b.softmax("softmax", b.fc("classifier", b.gap("gap", b.conv("conv", "input", 8)), 10))


CASES = {
    "torch padding 1 stride 2": conv(3, 2, 1),
    "torch padding 1 stride 2 depthwise": conv(3, 2, 1, 8, "relu6"),
    "same stride 2": conv(3, 2, "same", 1, "relu"),
    "same stride 2 kernel 5 depthwise": conv(5, 2, "same", 8),
    "same stride 1": conv(5, 1, "same", 1, "relu6"),
    "same even kernel": conv(4, 1, "same"),
    "no padding": conv(3, 1, 0),
    "max no padding": pool("max", 2, 2, 0),
    "max that does not divide": pool("max", 3, 2, 0),
    "max torch padding of negative values": pool("max", 3, 2, 1),
    "average that does not divide": pool("avg", 2, 2, 0),
    "concatenation": joined,
    "sum": added(""),
    "sum with relu": added("relu"),
    "sum with relu6": added("relu6"),
    "classifier": classified,
}


@pytest.mark.parametrize("size", [(12, 12), (9, 13)], ids=["even", "odd"])
@pytest.mark.parametrize("case", CASES)
def test_every_operator_agrees_with_plain_numpy(case, size, framework, weighted):
    format, run = framework
    b = Builder("one", (3, *size))
    CASES[case](b)
    graph, picture = weighted(b)
    (expected,) = reference.run(graph, picture)
    output = run(write(graph, format), picture)
    assert output.shape == expected.shape
    assert np.abs(output - expected).max() < ROUNDING * max(1.0, np.abs(expected).max())


def test_a_same_max_pool_of_even_size_agrees(framework, weighted):
    format, run = framework
    b = Builder("one", (3, 12, 12))
    pool("max", 3, 2, "same")(b)
    graph, picture = weighted(b)
    output = run(write(graph, format), picture)
    assert np.abs(output - reference.run(graph, picture)[0]).max() < ROUNDING


def test_every_format_has_a_writer_and_suffixes():
    assert WRITERS.keys() == SUFFIXES.keys()


def test_an_unknown_format_is_refused_with_those_there_are(built):
    with pytest.raises(UnknownName, match="tflite, torchscript, caffe"):
        write(built("tiny"), "keras")


@pytest.mark.parametrize("format", ["tflite", "caffe"])
def test_the_same_graph_gives_the_same_bytes(format, built):
    assert write(built("tiny"), format) == write(built("tiny"), format)
