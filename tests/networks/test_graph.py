from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks.builder import Builder, same_padding
from edgetop.networks.weights import seeded


def small():
    b = Builder("small", (3, 9, 12))
    b.conv("stem", "input", 4, 3, stride=2, act="relu6")
    return b


def test_same_padding_is_worked_out_for_each_axis_alone():
    assert same_padding((224, 224), (3, 3), 2) == (0, 0, 1, 1)
    assert same_padding((9, 12), (3, 3), 2) == (1, 0, 1, 1)
    assert same_padding((7, 7), (5, 5), 1) == (2, 2, 2, 2)
    assert same_padding((8, 8), (1, 1), 2) == (0, 0, 0, 0)


@pytest.mark.parametrize(("pad", "shape"), [("same", (4, 5, 6)), (0, (4, 4, 5)), (1, (4, 5, 6)), (2, (4, 6, 7))])
def test_output_sizes_follow_the_padding(pad, shape):
    b = Builder("one", (3, 9, 12))
    b.conv("conv", "input", 4, 3, stride=2, pad=pad)
    assert b.finish().node("conv").shape == shape


def test_parameters_and_macs_are_counted_by_hand():
    b = small()
    b.conv("depthwise", "stem", 4, 3, groups=4)
    b.fc("classifier", b.gap("gap", "depthwise"), 10)
    graph = b.finish()
    assert graph.parameters == (4 * 3 * 9 + 4) + (4 * 9 + 4) + (10 * 4 + 10)
    assert graph.macs == 4 * 3 * 9 * 5 * 6 + 4 * 9 * 5 * 6 + 10 * 4


def test_only_a_convolution_of_each_channel_alone_is_depthwise():
    b = small()
    b.conv("depthwise", "stem", 4, 3, groups=4)
    b.conv("grouped", "stem", 4, 3, groups=2)
    graph = b.finish()
    assert [n.name for n in graph.nodes if n.is_depthwise] == ["depthwise"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda b: b.conv("stem", "input", 4),
        lambda b: b.conv("a.b", "input", 4),
        lambda b: b.conv("c", "input", 4, groups=2),
        lambda b: b.conv("c", "input", 4, 11, pad=0),
        lambda b: b.add("sum", "input", "stem"),
        lambda b: b.concat("all", "input", "stem"),
        lambda b: b.pool("avg", "stem", "avg", 3, stride=2, pad=1),
    ],
)
def test_what_no_framework_could_run_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong(small())


def test_weights_of_another_shape_are_refused():
    graph = small().finish()
    with pytest.raises(ValueError, match="stem"):
        graph.with_weights({"stem": (np.zeros((4, 3, 3, 5), np.float32), np.zeros(4, np.float32))})


def test_the_hash_tells_structure_and_weights_apart():
    graph = seeded(small().finish(), 1)
    weight, bias = graph.node("stem").weight, graph.node("stem").bias
    nudged = bias.copy()
    nudged[0] = np.nextafter(nudged[0], np.float32(9))
    b = Builder("small", (3, 9, 12))
    b.conv("stem", "input", 4, 3, stride=2, act="relu")
    other_act = b.finish().with_weights({"stem": (weight, bias)})
    hashes = {
        graph.sha256(),
        graph.with_weights({"stem": (weight, nudged)}).sha256(),
        other_act.sha256(),
        seeded(small().finish(), 2).sha256(),
    }
    assert len(hashes) == 4
    assert seeded(small().finish(), 1).sha256() == graph.sha256()
