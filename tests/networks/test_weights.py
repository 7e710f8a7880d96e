from __future__ import annotations

import numpy as np
import pytest

from edgetop.inputs.source import input_array
from edgetop.networks import mobilenet, reference, zoo
from edgetop.networks.weights import seeded

MOBILENET_SHA256 = "5910f2e3640ed0dc965f886d1e9e14f7e5d456cac8391c75306a21a1b59f0de7"


@pytest.fixture(scope="module")
def activations(built):
    graph = built("mobilenet_v2")
    return {s: reference.activations(graph, input_array(s, zoo.card("mobilenet_v2"))) for s in ("cat", "noise")}


def test_seeded_weights_are_the_same_on_every_machine(built):
    assert built("mobilenet_v2").sha256() == MOBILENET_SHA256


def test_another_seed_gives_other_weights_of_the_same_spread(built):
    ours, other = built("mobilenet_v2").node("head").weight, seeded(mobilenet.structure(), 99).node("head").weight
    assert not np.array_equal(ours, other)
    assert ours.std() == pytest.approx(other.std(), rel=0.01)


def test_activations_neither_die_nor_explode(activations):
    for node in mobilenet.structure().nodes:
        if node.weight_shape:
            assert 0.2 < activations["noise"][node.name].std() < 4.0, node.name


def test_the_softmax_is_neither_flat_nor_saturated(activations):
    probabilities = activations["noise"]["softmax"]
    assert 0.02 < probabilities.max() < 0.5


def test_the_output_depends_on_the_picture(activations):
    difference = np.abs(activations["cat"]["softmax"] - activations["noise"]["softmax"]).max()
    assert difference > 1e-3  # a hundred times what frameworks may differ by
