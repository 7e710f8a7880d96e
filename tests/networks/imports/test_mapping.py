"""Named tensors onto the nodes of a graph."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from edgetop.errors import BadModelFile
from edgetop.networks import zoo
from edgetop.networks.imports import timm, torchvision, yolov5
from edgetop.networks.imports.layout import OWN
from edgetop.networks.imports.mapping import expected, weights_of

LIBRARIES = {"torchvision": torchvision, "timm": timm, "yolov5": yolov5}
PAIRS = [(library, name) for library, module in LIBRARIES.items() for name in module.LAYOUTS if "640" not in name]
REAL = [
    # how many tensors inference needs, a digest of their names and shapes, epsilon: of the libraries' own modules
    ("torchvision", "densenet121", 606, "b192360cfa58fb5f", 1e-5),
    ("torchvision", "efficientnet_b0", 311, "46e5e8e10e27ed38", 1e-5),
    ("torchvision", "inception_v3", 472, "bf17370bc0480f83", 1e-3),
    ("torchvision", "mnasnet1_0", 262, "46e514aef4bd9954", 1e-5),
    ("torchvision", "mobilenet_v2", 262, "8aec9e720e48963c", 1e-5),
    ("torchvision", "resnet50", 267, "138c8c8ccc17d9f2", 1e-5),
    ("torchvision", "shufflenet_v2_x1_0", 282, "ed7bfec0ec2d9fc3", 1e-5),
    ("torchvision", "squeezenet1_0", 52, "467cfc08be37f3ad", 1e-5),
    ("torchvision", "squeezenet1_1", 52, "f7a26a157e1dce42", 1e-5),
    ("timm", "efficientnet_b0", 311, "df08a1fa16a4f2c4", 1e-5),
    ("timm", "efficientnet_lite0", 247, "aea49446c4beb98c", 1e-3),
    ("timm", "mnasnet1_0", 262, "45cd326fd384e71e", 1e-5),
    ("timm", "mobilenet_v1", 137, "bc58db3d24a6af2b", 1e-5),
    ("timm", "mobilenet_v2", 262, "dc478e3a8c605c3b", 1e-5),
    ("timm", "xception", 236, "fd0d2f50575e506f", 1e-5),
]


@pytest.mark.parametrize(("library", "name", "count", "digest", "epsilon"), REAL)
def test_names_and_shapes_are_those_of_the_library(library, name, count, digest, epsilon, built):
    layout = LIBRARIES[library].LAYOUTS[name]
    shapes = expected(built(name), layout)
    text = "".join(f"{tensor} {list(shape)}\n" for tensor, shape in sorted(shapes.items()))
    assert len(shapes) == count
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == digest
    assert layout.epsilon == epsilon


def test_every_layout_is_checked_against_its_library_or_its_author_alone():
    checked = {(library, name) for library, name, *_ in REAL}
    assert {pair for pair in PAIRS if pair[0] != "yolov5"} == checked


@pytest.mark.parametrize(
    ("network", "path", "other"),
    [
        ("efficientnet_b0", "tf_efficientnet_b0_aa-827b6e33.pth", "tf_efficientnet_b0"),
        ("efficientnet_b0", "hub/models--timm--tf_efficientnet_b0.ns_jft_in1k/model.safetensors", "tf_efficientnet_b0"),
        ("efficientnet_b0", "efficientnet_b0_ra-3dd342df.pth", ""),
        ("efficientnet_lite0", "tf_efficientnet_lite0-0aa007d2.pth", ""),
        ("efficientnet_lite0", "efficientnet_lite0_ra-37913777.pth", "efficientnet_lite0"),
        ("efficientnet_lite0", "mine.pth", ""),
        ("mobilenet_v2", "tf_mobilenet_v2.pth", ""),
    ],
)
def test_of_two_networks_with_the_same_tensors_the_other_is_known_by_its_name(network, path, other):
    assert timm.other_of_two(network, path) == other


@pytest.mark.parametrize(("library", "name"), PAIRS)
def test_folding_undoes_what_unfolding_did(library, name, built, unfolded):
    graph, layout = built(name), LIBRARIES[library].LAYOUTS[name]
    weights = weights_of(graph, unfolded(graph, layout))
    for node in graph.nodes:
        if node.weight_shape:
            weight, bias = weights[node.name]
            assert (weight.dtype, bias.dtype) == (np.float32, np.float32)
            np.testing.assert_allclose(weight, node.weight, rtol=2e-6, atol=1e-7)
            normed = node.op == "scale" or layout.norm(layout.module(node.name))
            biased = normed or node.op == "fc" or layout.biased
            np.testing.assert_allclose(bias, node.bias if biased else 0 * node.bias, rtol=2e-6, atol=1e-6)


@pytest.fixture(scope="module")
def mobilenet(built, unfolded):
    """MobileNetV2 and its tensors as torchvision has them."""
    graph = built("mobilenet_v2")
    return graph, unfolded(graph, torchvision.LAYOUTS["mobilenet_v2"])


def same(first, second):
    return all(np.array_equal(first[name][0], second[name][0]) for name in first)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_what_a_wrapper_puts_before_every_name_is_taken_off(prefix, mobilenet):
    graph, tensors = mobilenet
    wrapped = {prefix + name: tensor for name, tensor in tensors.items()}
    assert same(weights_of(graph, wrapped), weights_of(graph, tensors))
    refuse(graph, {**wrapped, "features.0.0.weight": tensors["features.0.0.weight"]}, "missing")


def test_tensors_are_taken_in_any_order_and_width(mobilenet):
    graph, tensors = mobilenet
    wide = {name: tensors[name].astype(np.float64) for name in reversed(tensors)}
    assert same(weights_of(graph, wide), weights_of(graph, tensors))


def test_batch_norms_are_folded_in_double_precision(mobilenet):
    graph, tensors = mobilenet
    weight, _ = weights_of(graph, tensors)["stem"]
    gamma, variance = (tensors[f"features.0.1.{part}"].astype(np.float64) for part in ("weight", "running_var"))
    exact = tensors["features.0.0.weight"] * (gamma / np.sqrt(variance + 1e-5))[:, None, None, None]
    assert np.array_equal(weight, exact.astype(np.float32))


def test_older_names_of_densenets_are_known(built, unfolded):
    graph = built("densenet121")
    tensors = unfolded(graph, torchvision.LAYOUTS["densenet121"])
    old = {
        name.replace("norm1.", "norm.1.")
        .replace("norm2.", "norm.2.")
        .replace("conv1.", "conv.1.")
        .replace("conv2.", "conv.2.")
        if "denselayer" in name
        else name: tensor
        for name, tensor in tensors.items()
    }
    assert "features.denseblock1.denselayer1.norm.1.running_mean" in old
    assert same(weights_of(graph, old), weights_of(graph, tensors))


def test_what_only_training_needs_is_left_out(built, unfolded):
    graph = built("inception_v3")
    tensors = unfolded(graph, torchvision.LAYOUTS["inception_v3"])
    weights_of(graph, {**tensors, "AuxLogits.fc.weight": np.zeros((1000, 768), np.float32)})


def refuse(graph, tensors, *words):
    with pytest.raises(BadModelFile) as caught:
        weights_of(graph, tensors)
    for word in words:
        assert word in caught.value.title
    assert graph.name not in caught.value.hint
    assert caught.value.hint


@pytest.mark.parametrize(
    "name", ["features.0.0.weight", "features.1.conv.2.running_var", "features.18.1.bias", "classifier.1.bias"]
)
def test_a_missing_tensor_is_named(name, mobilenet):
    graph, tensors = mobilenet
    refuse(graph, {key: tensor for key, tensor in tensors.items() if key != name}, name, "missing")


def test_an_extra_tensor_is_named_without_what_a_terminal_would_obey(mobilenet):
    graph, tensors = mobilenet
    refuse(graph, {**tensors, "features.19.0.weight": np.zeros(1)}, "features.19.0.weight", "not in it")
    with pytest.raises(BadModelFile) as caught:
        weights_of(graph, {**tensors, "\x1b[2J" + "x" * 1000: np.zeros(1)})
    assert caught.value.title.isprintable() and len(caught.value.title) < 250


@pytest.mark.parametrize("name", ["features.0.0.weight", "features.2.conv.1.1.running_mean", "classifier.1.weight"])
def test_a_misshapen_tensor_is_named_with_both_shapes(name, mobilenet):
    graph, tensors = mobilenet
    shape = tensors[name].shape
    refuse(graph, {**tensors, name: tensors[name][1:]}, name, str([shape[0] - 1, *shape[1:]]), str(list(shape)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("features.0.0.weight", np.nan), ("classifier.1.bias", np.inf), ("features.0.1.running_var", -1.0)],
)
def test_weights_that_are_no_numbers_are_refused(name, value, mobilenet):
    graph, tensors = mobilenet
    spoilt = tensors[name].copy()
    spoilt.reshape(-1)[3] = value
    refuse(graph, {**tensors, name: spoilt}, name.rpartition(".")[0], "finite")


def test_the_weights_of_another_network_are_refused(mobilenet, built, unfolded):
    _, tensors = mobilenet
    for name in ("resnet50", "efficientnet_b0", "squeezenet1_1", "mobilenet_v1"):
        refuse(built(name), tensors, name, "missing")
    refuse(built("squeezenet1_1"), unfolded(built("squeezenet1_0"), OWN), "squeezenet1_1", "missing")
    refuse(built("tiny"), {}, "missing")


def test_shared_weights_may_come_once_or_for_each_node_alike(built, unfolded):
    graph = built("efficientdet_lite0")
    tensors = unfolded(graph, OWN)
    sharer = next(node for node in graph.nodes if node.weights_of)
    copy, original = f"{sharer.name}.weight", f"{sharer.weights_of}.weight"
    assert same(weights_of(graph, tensors), weights_of(graph, {**tensors, copy: tensors[original]}))
    refuse(graph, {**tensors, copy: tensors[original] + 1}, copy, original)


def test_layouts_are_of_networks_that_there_are():
    for module in LIBRARIES.values():
        assert module.LAYOUTS.keys() <= set(zoo.names())
