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


def shared():
    b = small()
    b.conv("first", "stem", 4, 3)
    b.conv("second", "first", 4, 3, weights_of="first")
    return b


def test_weights_of_another_node_are_the_same_array_and_count_once():
    plain = small()
    plain.conv("first", "stem", 4, 3)
    graph = seeded(shared().finish(), 1)
    assert graph.node("second").weight is graph.node("first").weight
    assert graph.node("second").bias is graph.node("first").bias
    assert graph.parameters == plain.finish().parameters
    assert graph.macs > plain.finish().macs


def test_shared_weights_are_part_of_what_a_network_is():
    apart = small()
    apart.conv("second", apart.conv("first", "stem", 4, 3), 4, 3)
    graph = seeded(shared().finish(), 1)
    weights = {node.name: (node.weight, node.bias) for node in graph.nodes if node.weight_shape}
    assert apart.finish().with_weights(weights).sha256() != graph.sha256()


def test_what_was_halved_can_be_enlarged_to_its_size():
    b = small()
    half = b.pool("half", "stem", "max", 3, stride=2, pad="same")
    assert b.shape(b.up2("again", half, b.shape("stem")[1:])) == (4, 5, 6)
    assert b.shape(b.up2("twice", half)) == (4, 6, 6)


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
        lambda b: b.conv("c", "input", 4, 1, weights_of="stem"),
        lambda b: b.up2("up", "stem", (8, 12)),
        lambda b: b.up2("up", "stem", (10, 14)),
        lambda b: b.conv("c", "input", 4, groups=2),
        lambda b: b.conv("c", "input", 4, 11, pad=0),
        lambda b: b.add("sum", "input", "stem"),
        lambda b: b.concat("all", "input", "stem"),
        lambda b: b.conv("c", "input", 4, (1, 13), pad=0),
        lambda b: b.split("part", "stem", 3),
        lambda b: b.shuffle("mixed", "stem", 3),
        lambda b: b.mul("gated", "stem", b.gap("gap", "input", keep=True)),
        lambda b: b.matmul("product", "input", 4),
    ],
)
def test_what_no_framework_could_run_is_refused(wrong):
    with pytest.raises(ValueError):
        wrong(small())


def test_a_rectangular_kernel_pads_each_axis_alone():
    b = Builder("one", (3, 9, 12))
    b.conv("row", "input", 4, (1, 7))
    b.conv("column", "input", 4, (7, 1), pad=(3, 0, 2, 0))
    row, column = b.finish().nodes[1:]
    assert (row.shape, row.padding, row.weight_shape) == ((4, 9, 12), (0, 3, 0, 3), (4, 3, 1, 7))
    assert (column.shape, column.padding) == ((4, 8, 12), (3, 0, 2, 0))


def test_shapes_of_the_operators_without_weights():
    b = Builder("one", (4, 6, 5))
    assert [b.shape(part) for part in b.split("part", "input", 2)] == [(2, 6, 5)] * 2
    assert b.shape(b.up2("up", "input")) == (4, 12, 10)
    assert b.shape(b.mul("gated", "input", b.gap("gate", "input", keep=True))) == (4, 6, 5)
    assert b.shape(b.gap("gap", "input")) == (4,)


def test_a_product_has_no_bias():
    b = Builder("one", (1, 5, 7))
    b.matmul("product", "input", 3)
    graph = seeded(b.finish(), 1)
    assert (graph.node("product").shape, graph.parameters, graph.macs) == ((1, 5, 3), 21, 105)
    assert graph.node("product").bias is None


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
