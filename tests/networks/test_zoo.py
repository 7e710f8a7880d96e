from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from edgetop.errors import UnknownName
from edgetop.inputs.labels import imagenet_labels, top5
from edgetop.inputs.source import input_array
from edgetop.networks import reference, zoo
from edgetop.networks.writers import write

NAMES = [*zoo.names(), "tiny"]
PUBLISHED = {
    # parameters and multiply-accumulates in millions, as the authors give them
    "mobilenet_v2": (3.4, 300),
    "efficientnet_lite0": (4.7, 407),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_the_graph_is(name, built):
    card, graph = zoo.card(name), built(name)
    assert (
        (card.name, card.parameters, card.macs) == (name, graph.parameters, graph.macs) == (graph.name, *counts(graph))
    )
    assert card.input_shape == graph.input_shape
    assert card.input_shape[2:] == (card.preprocessing.crop, card.preprocessing.crop)
    assert card.classes == graph.nodes[-1].shape[0]
    assert card.sha256 == graph.sha256()


def counts(graph):
    arrays = [array for node in graph.nodes for array in (node.weight, node.bias) if array is not None]
    return sum(array.size for array in arrays), graph.macs


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


@pytest.fixture(scope="module")
def answers(built):
    """The reference's probabilities of a network for a source, worked out once."""
    known = {}

    def answer(name, source):
        if (name, source) not in known:
            picture = input_array(source, zoo.card(name))
            known[name, source] = picture, reference.run(built(name), picture)[0]
        return known[name, source]

    return answer


@pytest.fixture(scope="module")
def contents(built):
    known = {}

    def content(name, format):
        if (name, format) not in known:
            known[name, format] = write(built(name), format)
        return known[name, format]

    return content


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("source", ["cat", "noise"])
@pytest.mark.parametrize("name", NAMES)
def test_every_framework_gives_the_probabilities_of_plain_numpy(name, source, framework, answers, contents):
    format, run = framework
    picture, expected = answers(name, source)
    output = run(contents(name, format), picture)
    assert output.shape == expected.shape
    assert np.abs(output - expected).max() <= 1e-5


@pytest.mark.parametrize(
    ("source", "right"), [("cat", {"Egyptian cat", "tabby", "tiger cat"}), ("coffee", {"espresso"})]
)
def test_the_trained_network_knows_what_it_sees(source, right, answers):
    _, probabilities = answers("efficientnet_lite0", source)
    best = top5(probabilities, imagenet_labels())
    assert best[0][0] in right
    assert best[0][1] > 0.3
