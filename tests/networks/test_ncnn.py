"""What a pair of ncnn files must hold beside the right numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from edgetop.backends.ncnn_files import check_weights, read_layers
from edgetop.networks import reference
from edgetop.networks.builder import Builder
from edgetop.networks.writers import write


@pytest.fixture
def layers(tmp_path):
    """The layers of a graph's .param, whose .bin has been held against it."""

    def read(graph, precision="fp32"):
        paths = (tmp_path / "net.param", tmp_path / "net.bin")
        for path, content in zip(paths, write(graph, "ncnn", precision)):
            path.write_bytes(content)
        found = read_layers(str(paths[0]))
        check_weights(found, str(paths[1]))
        return found

    return read


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_blob_is_read_once_and_written_once(precision, every_operator, layers):
    found = layers(every_operator[0], precision)
    read = Counter(blob for layer in found for blob in layer.bottoms)
    written = Counter(blob for layer in found for blob in layer.tops)
    assert set(read.values()) == set(written.values()) == {1}
    assert read.keys() < written.keys()


def test_the_head_counts_layers_and_blobs(every_operator, layers):
    text = write(every_operator[0], "ncnn")[0].decode()
    found = layers(every_operator[0])
    assert text.splitlines()[0] == "7767517"
    assert text.splitlines()[1] == f"{len(found)} {sum(len(layer.tops) for layer in found)}"


def test_nodes_keep_their_names(built, layers):
    graph = built("tiny")
    found = layers(graph)
    assert {node.name for node in graph.nodes} <= {layer.name for layer in found}
    assert {node.name for node in graph.nodes} <= {blob for layer in found for blob in layer.tops}


def test_activations_are_fused_where_the_layer_can(weighted, layers):
    b = Builder("one", (3, 8, 8))
    first = b.conv("first", "input", 4, 3, act="relu6")
    second = b.conv("second", first, 4, 3, act="silu")
    b.add("sum", first, second, act="relu")
    kinds = [layer.kind for layer in layers(weighted(b)[0])]
    assert kinds == ["Input", "Convolution", "Split", "Convolution", "Swish", "BinaryOp", "ReLU"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_outputs_keep_their_order_and_names_though_others_read_them(weighted, tmp_path):
    ncnn = pytest.importorskip("ncnn")
    b = Builder("heads", (3, 8, 8))
    first = b.conv("first", "input", 4, 3)
    second = b.conv("second", first, 5, 3)
    third = b.conv("third", second, 6, 1)
    graph, picture = weighted(b, outputs=(third, first, second))
    for name, content in zip(("net.param", "net.bin"), write(graph, "ncnn")):
        (tmp_path / name).write_bytes(content)
    net = ncnn.Net()
    net.opt.use_vulkan_compute = net.opt.use_fp16_packed = net.opt.use_fp16_storage = False
    assert net.load_param(str(tmp_path / "net.param")) == 0
    assert net.load_model(str(tmp_path / "net.bin")) == 0
    assert list(net.output_names()) == ["third", "first", "second"]
    extractor = net.create_extractor()
    source = ncnn.Mat(8, 8, 3)
    np.asarray(source)[...] = picture[0]
    extractor.input("input", source)
    for name, right in zip(net.output_names(), reference.run(graph, picture)):
        assert np.abs(np.array(extractor.extract(name)[1])[None] - right).max() < 1e-5


def test_what_nothing_reads_is_refused(weighted):
    b = Builder("one", (4, 8, 8))
    _unread, part = b.split("part", "input", 2)
    b.conv("conv", part, 4)
    with pytest.raises(ValueError, match="part0"):
        write(weighted(b)[0], "ncnn")


def test_in_fp16_weights_are_halved_and_padded_and_biases_are_not(weighted):
    b = Builder("one", (3, 8, 8))
    b.conv("conv", "input", 1, 1)
    graph, _ = weighted(b)
    node = graph.node("conv")
    content = write(graph, "ncnn", "fp16")[1]
    assert content[:4] == bytes([0x47, 0x6B, 0x30, 0x01])
    assert content[4:10] == node.weight.astype("<f2").tobytes()
    assert content[10:12] == bytes(2)
    assert content[12:] == node.bias.tobytes()
