from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks import mobilenet, zoo
from edgetop.networks.graph import Node
from edgetop.networks.moments import Moments, moments
from edgetop.networks.weights import seeded

MOBILENET_SHA256 = "5910f2e3640ed0dc965f886d1e9e14f7e5d456cac8391c75306a21a1b59f0de7"

SEEDED = [name for name in zoo.names() if zoo.card(name).task == "classification" and not zoo.card(name).trained]


def test_seeded_weights_are_the_same_on_every_machine(built):
    assert built("mobilenet_v2").sha256() == MOBILENET_SHA256


def test_another_seed_gives_other_weights_of_the_same_spread(built):
    ours, other = built("mobilenet_v2").node("head").weight, seeded(mobilenet.structure(), 99).node("head").weight
    assert not np.array_equal(ours, other)
    assert ours.std() == pytest.approx(other.std(), rel=0.01)


@pytest.mark.parametrize("name", SEEDED)
def test_activations_neither_die_nor_explode(name, answers):
    *inner, _logits = answers(name, "noise").spreads.items()
    for node, spread in inner:
        assert 0.15 < spread < 4.0, node


@pytest.mark.parametrize("name", SEEDED)
def test_the_softmax_is_neither_flat_nor_saturated(name, answers):
    (probabilities,) = answers(name, "noise").outputs
    assert 10 / 1000 < probabilities.max() < 0.9


@pytest.mark.parametrize("name", SEEDED)
def test_the_output_depends_on_the_picture(name, answers):
    (cat,), (noise,) = answers(name, "cat").outputs, answers(name, "noise").outputs
    assert np.abs(cat - noise).max() > 1e-3  # a hundred times what frameworks may differ by


def test_a_moment_keeps_the_bits_that_every_platform_agrees_on():
    below = Node("pool", "pool", ("input",), (1, 4, 4), kind="avg", act="")
    exact = 1 / 3
    nudged = np.nextafter(exact, 1)
    assert moments(below, [Moments(exact, exact)]) == moments(below, [Moments(nudged, nudged)])


@pytest.mark.parametrize(
    ("mean", "act", "function"), [(0.0, "relu", 0), (0.7, "relu", 0), (-1.5, "relu6", 0), (0.0, "silu", 1)]
)
def test_moments_of_activations_are_those_of_many_numbers(mean, act, function):
    numbers = np.random.default_rng(0).normal(mean, 1.0, 400_000)
    after = numbers / (1 + np.exp(-numbers)) if function else np.maximum(numbers, 0)
    node = Node("act", "act", ("input",), (1, 4, 4), act=act)
    found = moments(node, [Moments(mean, 1 + mean**2)])
    assert found.mean == pytest.approx(after.mean(), abs=5e-3)
    assert found.square == pytest.approx((after**2).mean(), abs=1e-2)


def test_a_sum_of_rectified_values_is_expected_to_grow():
    node = Node("add", "add", ("a", "b"), (1, 4, 4), act="relu")
    numbers = np.random.default_rng(0)
    rectified = np.maximum(numbers.normal(size=400_000), 0)
    total = np.maximum(rectified + numbers.normal(size=400_000), 0)
    found = moments(node, [Moments(0.399, 0.5), Moments(0.0, 1.0)])
    assert found.square == pytest.approx((total**2).mean(), rel=0.05)
