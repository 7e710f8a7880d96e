from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edgetop.errors import UnknownName
from edgetop.inputs.labels import imagenet_labels, top5
from edgetop.networks import zoo

NAMES = [*zoo.names(), "tiny"]
CLASSIFIERS = [name for name in NAMES if zoo.card(name).task == "classification"]
GEMMS = [name for name in NAMES if zoo.card(name).task == "gemm"]
PUBLISHED = {
    # parameters and multiply-accumulates in millions, as the authors give them
    "mobilenet_v2": (3.4, 300),
    "mobilenet_v1": (4.2, 569),
    "efficientnet_lite0": (4.7, 407),
    "efficientnet_b0": (5.3, 390),
    "squeezenet1_0": (1.248, 819),
    "squeezenet1_1": (1.235, 349),
    "mnasnet1_0": (4.38, 315),
    "shufflenet_v2_x1_0": (2.28, 146),
    "resnet50": (25.56, 4089),
    "inception_v3": (23.83, 5713),
    "densenet121": (7.98, 2834),
    "xception": (22.86, 8400),
    # of detectors, half of the floating-point operations where those are given
    "ssd_mobilenet_v1": (6.8, 1240),
    "yolov5n": (1.9, 4500 / 2 / 4),
    "yolov5n_640": (1.9, 4500 / 2),
    "yolov5s": (7.2, 16500 / 2 / 4),
    "yolov5s_640": (7.2, 16500 / 2),
    "efficientdet_d0": (3.9, 2540),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_the_graph_is(name, built):
    card, graph = zoo.card(name), built(name)
    assert (
        (card.name, card.parameters, card.macs) == (name, graph.parameters, graph.macs) == (graph.name, *counts(graph))
    )
    assert card.input_shape == graph.input_shape
    assert card.input_shape[2:] == (card.preprocessing.crop, card.preprocessing.crop)
    if card.task == "classification":
        assert card.classes == graph.nodes[-1].shape[0]
    assert card.sha256 == graph.sha256()


def counts(graph):
    arrays = {id(a): a for node in graph.nodes for a in (node.weight, node.bias) if a is not None}  # some are shared
    return sum(array.size for array in arrays.values()), graph.macs


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_are_near_the_published_ones(name):
    parameters, macs = PUBLISHED[name]
    assert zoo.card(name).parameters / 1e6 == pytest.approx(parameters, rel=0.03)
    assert zoo.card(name).macs / 1e6 == pytest.approx(macs, rel=0.06)


def test_the_tiny_network_is_not_offered_but_can_be_had(built):
    assert "tiny" not in zoo.names()
    assert zoo.names()[0] == "efficientnet_lite0"
    assert built("tiny").parameters < 2000


@pytest.mark.parametrize("ask", [zoo.card, zoo.build])
def test_an_unknown_name_is_refused_with_the_closest(ask):
    with pytest.raises(UnknownName) as caught:
        ask("mobilenetv2")
    assert "mobilenet_v2" in caught.value.hint
    with pytest.raises(UnknownName) as caught:
        ask("zzz")
    assert "efficientnet_lite0" in caught.value.hint


def test_reading_cards_and_finding_files_imports_no_framework_and_builds_nothing():
    program = (
        "import sys\n"
        "from edgetop.networks import files, zoo, builder\n"
        "from edgetop.inputs import labels, source\n"
        "builder.Builder = None\n"
        "assert len([zoo.card(name) for name in zoo.names()]) >= 2\n"
        "heavy = {'torch', 'cv2', 'PIL', 'flatbuffers', 'ai_edge_litert', 'tflite_runtime'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.zoo
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_framework_gives_the_probabilities_of_plain_numpy(name, framework, answers, contents):
    format, run = framework
    answer = answers(name, "noise")
    (expected,) = answer.outputs
    output = run(contents(name, format), answer.picture)
    assert output.shape == expected.shape
    assert np.abs(output - expected).max() <= 1e-5


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", GEMMS)
def test_every_framework_gives_the_product_of_plain_numpy(name, framework, answers, contents):
    format, run = framework
    answer = answers(name, "noise")
    (expected,) = answer.outputs
    output = run(contents(name, format), answer.picture)
    assert np.abs(output.reshape(expected.shape) - expected).max() <= 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("source", "right"), [("cat", {"Egyptian cat", "tabby", "tiger cat"}), ("coffee", {"espresso"})]
)
def test_the_trained_network_knows_what_it_sees(source, right, answers):
    (probabilities,) = answers("efficientnet_lite0", source).outputs
    best = top5(probabilities, imagenet_labels())
    assert best[0][0] in right
    assert best[0][1] > 0.3
