"""What is Caffe's own: files at which it would end its process, or run on weights of chance, are refused before."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from edgetop.backends.base import Options
from edgetop.backends.caffe_weights import weighted_layers
from edgetop.backends.prototxt import layer_types
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.networks.writers import write
from edgetop.networks.writers.protobuf import message, string
from edgetop.plan import ModelFile
from edgetop.readings import Missing


@pytest.fixture
def caffemodel(graph, tmp_path):
    path = tmp_path / "net.caffemodel"
    path.write_bytes(write(graph("tiny"), "caffe")[1])
    return path


def test_the_layers_with_weights_are_those_of_the_graph(caffemodel, graph):
    assert weighted_layers(str(caffemodel)) >= {node.name for node in graph("tiny").nodes if node.weight_shape}


def test_layers_of_the_old_form_are_read_too(tmp_path):
    path = tmp_path / "old.caffemodel"
    layers = message(2, string(4, "conv1"), message(6, string(5, "1234"))), message(2, string(4, "relu1"))
    path.write_bytes(b"".join(piece for layer in layers for piece in layer))
    assert weighted_layers(str(path)) == {"conv1"}


@pytest.mark.parametrize("length", [1, 100, 2000, -1])
def test_a_cut_caffemodel_is_noticed(length, caffemodel):
    caffemodel.write_bytes(caffemodel.read_bytes()[:length])
    with pytest.raises(ValueError, match="cut short"):
        weighted_layers(str(caffemodel))


@pytest.mark.parametrize("content", [b"\xff" * 40, b"not a caffemodel", b"\x07\x07"])
def test_something_else_is_noticed(content, caffemodel):
    caffemodel.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        weighted_layers(str(caffemodel))


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (
            'layer { name: "a" type: "Convolution" convolution_param { weight_filler { type: "xavier" } } }',
            "Convolution",
        ),
        ('layer{type:\'ReLU\'} # type: "Old"\nlayer {\n  type: "ReLU" }', "ReLU"),
        ("layers { type: CONVOLUTION }", ""),
        ('layer { name: "type" type : "Split" top: "type" }', "Split"),
        ('} layer { type: "Slice"', "Slice"),
    ],
)
def test_types_of_layers_are_read_and_no_others(text, types):
    assert layer_types(text) == ({types} if types else set())


def test_without_caffe_it_says_how_to_come_by_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "caffe", None)
    found = backend("pycaffe").probe().version
    assert isinstance(found, Missing) and "frameworks.pycaffe" in found.hint


class TestWithCaffe:
    @pytest.fixture
    def own(self, model_file, tmp_path):
        """The tiny network's files, to be changed."""
        whole = model_file("pycaffe")
        paths = [shutil.copy(path, tmp_path / Path(path).name) for path in whole.paths]
        return ModelFile(tuple(map(str, paths)), "caffe", "own")

    def refused(self, own):
        with pytest.raises(BadModelFile) as refusal:
            backend("pycaffe").load(own, Options())
        return refusal.value.title

    def test_a_layer_that_it_does_not_know_is_named(self, own):
        path = Path(own.paths[0])
        path.write_text(path.read_text().replace('"Softmax"', '"Hardmax"'))
        assert "no layer of type Hardmax" in self.refused(own)

    def test_a_prototxt_for_training_is_refused(self, own):
        Path(own.paths[0]).write_text('layer { name: "data" type: "Data" top: "data" }')
        assert "what shape its input has" in self.refused(own)

    def test_weights_of_another_network_are_refused(self, own):
        path = Path(own.paths[1])
        path.write_bytes(path.read_bytes().replace(b"classifier", b"classifies"))
        assert "no weights for 1 of the layers, as classifier" in self.refused(own)

    def test_a_cut_caffemodel_is_refused(self, own):
        path = Path(own.paths[1])
        path.write_bytes(path.read_bytes()[:2000])
        assert "cut short" in self.refused(own)

    def test_every_layer_but_the_input_is_timed(self, load):
        profile = load("pycaffe").operators(3)
        assert profile.operators[0].name == "stem"
        assert {"Convolution", "Softmax"} <= {o.type for o in profile.operators}
        assert sum(o.mean_ns for o in profile.operators) <= sum(profile.durations_ns) / 3
