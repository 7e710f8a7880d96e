"""Ranges that forgive an outlying picture, room above logits, and channels raised before depthwise convolutions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edgetop.networks import reference
from edgetop.networks.builder import Builder
from edgetop.networks.quantize import HEADROOM, STEPS, quantize
from edgetop.networks.quantize_agreement import agreement
from edgetop.networks.quantize_raise import MOST, PARTS, SPREADS, apart, factors, raisable, raised
from edgetop.networks.quantize_ranges import Channels, Seen


def seen_of(kind, *pictures):
    found = kind()
    for picture in pictures:
        found.add(np.array(picture, np.float32))
    return found


@pytest.fixture
def faint(weighted):
    """A convolution whose channels go from full strength down to a hundredth, before a depthwise one."""
    b = Builder("faint", (3, 12, 12))
    b.conv("last", b.conv("depthwise", b.conv("first", "input", 8, act="relu6"), 8, 3, groups=8), 4)
    graph, picture = weighted(b)
    strength = np.geomspace(1.0, 0.01, 8).astype(np.float32)
    own = {node.name: (node.weight, node.bias) for node in graph.nodes if node.weight_shape}
    weight, bias = own["first"]
    own["first"] = (weight * strength[:, None, None, None], bias * strength)
    weight, bias = own["depthwise"]
    own["depthwise"] = (weight / strength[:, None, None, None], bias)
    return graph.with_weights(own), picture


def test_one_picture_far_beyond_the_others_is_clipped_at_twice_the_usual():
    found = seen_of(Seen, [[[-1.0, 3.0]]], [[[-2.0, 4.0]]], [[[-50.0, 90.0]]])
    assert found.range == (-8.0, 8.0)


def test_two_pictures_are_never_clipped():
    assert seen_of(Seen, [[[-1.0, 0.0]]], [[[0.0, 90.0]]]).range == (-1.0, 90.0)


def test_what_only_few_pictures_have_is_not_clipped_to_nothing():
    assert seen_of(Seen, [[[0.0]]], [[[0.0]]], [[[3.0]]]).range == (0.0, 3.0)


def test_channels_are_told_as_numpy_tells_them():
    pictures = np.random.default_rng(1).normal(2.0, 3.0, (3, 4, 5, 6))
    found = seen_of(Channels, *pictures)
    together = pictures.swapaxes(0, 1).reshape(4, -1)
    assert found.highest() == pytest.approx(together.max(axis=1))
    assert found.deviations() == pytest.approx(together.std(axis=1), rel=1e-5)


def test_logits_have_room_for_surer_pictures(weighted):
    b = Builder("one", (3, 8, 8))
    b.softmax("softmax", b.fc("logits", b.gap("gap", "input"), 5))
    graph, picture = weighted(b)
    values = reference.activations(graph, picture)["logits"]
    span = HEADROOM * max(values.max(), 0) - min(values.min(), 0)
    assert quantize(graph, picture).scales["logits"].scale * STEPS == pytest.approx(span, rel=1e-3)


def test_only_what_depthwise_convolutions_alone_read_is_raised():
    b = Builder("one", (4, 8, 8))
    first = b.conv("first", "input", 4, act="relu6")
    second = b.conv("second", b.conv("depthwise", first, 4, 3, groups=4, act="relu"), 4)
    third = b.conv("third", second, 4, act="relu6")
    b.add("sum", third, b.conv("also", third, 4, 3, groups=4, act="relu"))
    assert raisable(b.finish()) == {"first"}


def test_an_output_is_not_raised(weighted):
    b = Builder("one", (4, 8, 8))
    first = b.conv("first", "input", 4, act="relu6")
    assert not raisable(b.finish(first, b.conv("depthwise", first, 4, 3, groups=4)))


def test_a_channel_is_raised_to_the_range_of_its_node_by_what_it_may_reach():
    quiet, loud, silent = [[0.0, 0.5]], [[0.0, 4.0]], [[-9.0, -9.0]]
    channels = seen_of(Channels, [quiet, loud, silent])
    found = factors(channels, seen_of(Seen, [quiet, loud, [[0.0, 0.0]]]))
    reach = 0.25 + SPREADS * 0.25
    assert found[0] == pytest.approx(4.0 / reach, abs=1 / PARTS)
    assert 1.0 <= found[0] <= 4.0 / reach
    assert found[1:].tolist() == [1.0, MOST]


def test_a_raised_graph_gives_the_same(faint):
    graph, picture = faint
    names = raisable(graph)
    by = {name: np.array([1.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 8.0]) for name in names}
    assert names == {"first"}
    before, after = (reference.activations(each, picture) for each in (graph, raised(graph, by)))
    assert after["first"] == pytest.approx(before["first"] * by["first"][:, None, None], abs=1e-5)
    assert after["last"] == pytest.approx(before["last"], abs=1e-5)


def test_a_graph_with_activations_apart_gives_the_same(faint):
    graph, picture = faint
    before, after = (reference.activations(each, picture) for each in (graph, apart(graph, raisable(graph))))
    assert (after["last"] == before["last"]).all()
    assert after["first_linear"].min() < 0 == after["first"].min()


def test_faint_channels_keep_more_of_fp32(faint, monkeypatch):
    graph, picture = faint
    raised_error = agreement(quantize(graph, picture), picture).mean
    monkeypatch.setattr("edgetop.networks.quantize.raisable", lambda graph: frozenset())
    assert raised_error < 0.7 * agreement(quantize(graph, picture), picture).mean


def test_a_channel_is_never_raised_beyond_its_activation(faint):
    graph, picture = faint
    first = graph.node("first")
    assert first.weight is not None
    strong = replace(first, weight=first.weight * 8, bias=first.bias * 8)
    graph = replace(graph, nodes=tuple(strong if node is first else node for node in graph.nodes))
    quantized = quantize(graph, picture)
    before, after = (reference.activations(each, picture) for each in (graph, quantized))
    assert before["first"].max() == 6.0
    ratio = quantized.node("first").weight[:, 0, 0, 0] / strong.weight[:, 0, 0, 0]
    assert ratio.max() > 1.5
    assert after["first"] == pytest.approx(np.minimum(before["first"] * ratio[:, None, None], 6.0), abs=1e-2)
    assert (before["first"].max(axis=(1, 2)) * ratio).max() <= 6.0 + 1e-5
