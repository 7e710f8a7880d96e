"""The detection networks: alike in every framework, fit for comparison, of the published sizes."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks import spaghettinet, zoo

DETECTORS = [name for name in zoo.names() if zoo.card(name).task == "detection"]
SMALL = [name for name in DETECTORS if not name.endswith("_640")]
"""Those of 640 pixels are the same networks: their activations are not looked at again."""
TOLERANCE = 1e-4
"""Of a head's largest value."""


@pytest.mark.zoo
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", DETECTORS)
def test_every_framework_gives_the_heads_of_plain_numpy_in_the_same_order(name, framework_of_many, answers, contents):
    format, run = framework_of_many
    answer = answers(name, "noise")
    outputs = run(contents(name, format), answer.picture)
    assert [output.shape for output in outputs] == [expected.shape for expected in answer.outputs]
    for output, expected in zip(outputs, answer.outputs):
        assert np.abs(output - expected).max() <= TOLERANCE * np.abs(expected).max()


@pytest.mark.parametrize("name", SMALL)
def test_activations_neither_die_nor_explode(name, answers):
    for node, spread in answers(name, "noise").spreads.items():
        assert 0.1 < spread < 4.0, node


@pytest.mark.parametrize("name", SMALL)
def test_heads_are_bounded_and_depend_on_the_picture(name, answers):
    for cat, noise in zip(answers(name, "cat").outputs, answers(name, "noise").outputs):
        assert 0.5 < np.abs(cat).max() < 10
        assert np.abs(cat - noise).max() > 10 * TOLERANCE * np.abs(cat).max()


@pytest.mark.parametrize("name", [name for name in DETECTORS if name.endswith("_640")])
def test_a_larger_input_has_the_same_weights_and_four_times_the_work(name, built):
    large, small = built(name), built(name[: -len("_640")])
    weights = [[node.weight for node in graph.nodes if node.weight is not None] for graph in (large, small)]
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(*weights))
    assert large.macs == 4 * small.macs
    assert [large.node(output).shape[1:] for output in large.outputs] == [(80, 80), (40, 40), (20, 20)]


@pytest.mark.parametrize(("name", "anchors"), [("ssd_mobilenet_v1", 1917), ("spaghettinet_s", 2058)])
def test_single_shot_detectors_have_the_anchors_of_their_maps(name, anchors, built):
    shapes = [built(name).node(output).shape for output in built(name).outputs]
    boxes, classes = shapes[0::2], shapes[1::2]
    assert sum(np.prod(shape) for shape in boxes) == 4 * anchors
    assert sum(np.prod(shape) for shape in classes) == 91 * anchors


@pytest.mark.parametrize(("name", "millions"), [("efficientdet_lite0", 3.2), ("efficientdet_d0", 3.9)])
def test_but_for_its_folded_batch_norms_a_pyramid_is_of_the_published_size(name, millions, built):
    """The norms of five maps differ, and so does what they are folded into; published, it counts once."""
    folded = [node for node in built(name).nodes if node.name.startswith(("box", "class")) and "pointwise" in node.name]
    again = sum(node.parameters for node in folded if not node.name.endswith("_0_pointwise"))
    assert (built(name).parameters - again) / 1e6 == pytest.approx(millions, rel=0.015)


@pytest.mark.parametrize("name", ["efficientdet_lite0", "efficientdet_d0"])
def test_heads_of_all_maps_are_one(name, built):
    graph = built(name)
    for kind in ("box", "class"):
        weights = {id(graph.node(f"{kind}_{number}").weight) for number in range(5)}
        assert len(weights) == 1


def test_the_features_of_spaghettinet_are_of_the_published_shapes():
    graph = spaghettinet.structure()
    shapes = [graph.node(f"BoxPredictor_{number}_ClassPredictor_depthwise").shape for number in range(5)]
    assert shapes == [(120, 20, 20), (168, 10, 10), (136, 5, 5), (136, 3, 3), (64, 3, 3)]
