"""Every operator and every kind of padding, in every framework, against plain numpy."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from edgetop.errors import UnknownName
from edgetop.networks import reference, zoo
from edgetop.networks.builder import Builder
from edgetop.networks.quantize import quantize
from edgetop.networks.writers import SUFFIXES, WRITERS, WRITTEN_BY_FRAMEWORK, write

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


def rectified_pool(b):
    b.pool("pool", b.conv("wide", "input", 4, act="relu"), "max", 3, stride=2, pad=1)


def scaled(act):
    def build(b):
        b.scale("scale", b.conv("wide", "input", 4), act=act)

    return build


def activated(act):
    def build(b):
        wide = b.conv("wide", "input", 4)
        b.add("sum", wide, b.act("act", wide, act))

    return build


def gated(b):
    wide = b.conv("wide", "input", 6, 3)
    squeezed = b.conv("squeezed", b.gap("gap", wide, keep=True), 2, act="silu")
    b.mul("gated", wide, b.sigmoid("gate", b.conv("expanded", squeezed, 6)))


def multiplied(b):
    b.mul("product", b.conv("first", "input", 4, 3), b.sigmoid("second", b.conv("wide", "input", 4)))


def shuffled(b):
    left, right = b.split("half", b.conv("wide", "input", 8), 2)
    joined = b.concat("joined", left, b.conv("right", right, 5))
    b.shuffle("mixed", joined, 3)


def split_in_three(b):
    first, second, third = b.split("part", b.conv("wide", "input", 6), 3)
    b.concat("joined", second, b.add("sum", third, first))


def enlarged(b):
    b.up2("up", b.conv("wide", "input", 4))


def enlarged_and_scaled(b):
    b.scale("scale", b.up2("up", b.conv("wide", "input", 4)), act="silu")


def halved_and_enlarged(b):
    halved = b.conv("halved", "input", 4, 3, stride=2)
    b.up2("up", halved, b.shape("input")[1:])


def plain_vector(b):
    b.gap("gap", b.conv("wide", "input", 4))


CASES = {
    "row kernel": conv((1, 7), 1, "same"),
    "column kernel": conv((7, 1), 1, "same", 1, "relu"),
    "padding of each side": conv((3, 5), 1, (0, 3, 1, 2)),
    "groups": conv(3, 1, "same", 2, "relu"),
    "silu": conv(3, 2, 1, 1, "silu"),
    "silu depthwise": conv(3, 1, "same", 8, "silu"),
    "scale": scaled(""),
    "scale with relu": scaled("relu"),
    "scale with silu": scaled("silu"),
    "relu alone": activated("relu"),
    "relu6 alone": activated("relu6"),
    "silu alone": activated("silu"),
    "squeeze and excite": gated,
    "product": multiplied,
    "split and shuffle": shuffled,
    "split in three": split_in_three,
    "twice as large": enlarged,
    "as large as before": halved_and_enlarged,
    "enlarged and scaled": enlarged_and_scaled,
    "gap at the end": plain_vector,
    "max torch padding of rectified values": rectified_pool,
    "average with padding": pool("avg", 3, 1, 1),
    "average with padding stride 2": pool("avg", 3, 2, 1),
    "sum with silu": added("silu"),
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


@pytest.mark.parametrize("sizes", [(5, 7, 3), (16, 16, 16)])
def test_a_product_of_matrices_agrees(sizes, framework, weighted):
    format, run = framework
    rows, depth, columns = sizes
    b = Builder("one", (1, rows, depth))
    b.matmul("product", "input", columns)
    graph, picture = weighted(b)
    output = run(write(graph, format), picture)
    assert np.abs(output.reshape(rows, columns) - reference.run(graph, picture)[0][0, 0]).max() < ROUNDING


def test_a_same_max_pool_of_even_size_agrees(framework, weighted):
    format, run = framework
    b = Builder("one", (3, 12, 12))
    pool("max", 3, 2, "same")(b)
    graph, picture = weighted(b)
    output = run(write(graph, format), picture)
    assert np.abs(output - reference.run(graph, picture)[0]).max() < ROUNDING


def test_a_same_max_pool_of_stride_4_agrees(framework, weighted):
    format, run = framework
    b = Builder("one", (3, 10, 10))
    pool("max", 5, 4, "same")(b)
    graph, picture = weighted(b)
    output = run(write(graph, format), picture)
    assert output.shape == (1, 4, 3, 3)
    assert np.abs(output - reference.run(graph, picture)[0]).max() < ROUNDING


def test_every_format_has_a_writer_and_suffixes():
    assert WRITERS.keys() == SUFFIXES.keys()


def test_an_unknown_format_is_refused_with_those_there_are(built):
    with pytest.raises(UnknownName, match="tflite, torchscript, "):
        write(built("tiny"), "keras")


@pytest.mark.parametrize("format", ["tflite", "caffe"])
def test_the_same_graph_gives_the_same_bytes(format, built):
    assert write(built("tiny"), format) == write(built("tiny"), format)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.parametrize(
    ("format", "precision"),
    [(name, "fp32") for name in WRITERS if not name.startswith("pte")] + [("torchscript", "int8"), ("ptl", "int8")],
)
def test_a_graph_that_was_written_is_not_kept(format, precision):
    """PyTorch keeps every class it has made code of."""
    if format in WRITTEN_BY_FRAMEWORK:
        pytest.importorskip("torch")
    graph = zoo.build("tiny")
    if precision == "int8":
        graph = quantize(graph, np.random.default_rng(7).normal(size=graph.input_shape).astype(np.float32))
    write(graph, format, precision)
    kept = weakref.ref(graph)
    del graph
    gc.collect()
    assert kept() is None
