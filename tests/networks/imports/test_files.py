"""Files of Caffe and ncnn: they give back what was written, and damaged or hostile ones are refused."""

from __future__ import annotations

import random

import numpy as np
import pytest

from edgetop.errors import BadModelFile
from edgetop.networks import zoo
from edgetop.networks.imports import caffe, ncnn, safetensors
from edgetop.networks.imports.layout import OWN
from edgetop.networks.imports.mapping import weights_of
from edgetop.networks.imports.protobuf import fields
from edgetop.networks.writers import SUFFIXES, write
from edgetop.networks.writers.protobuf import message, packed, string

NETWORKS = [name for name in zoo.names() if zoo.card(name).task == "classification"]
NETWORKS += ["tiny", "gemm_256", "efficientdet_lite0", "yolov5n"]


def put(folder, format, files):
    paths = [folder / f"net{suffix}" for suffix in SUFFIXES[format]]
    for path, content in zip(paths, files):
        path.write_bytes(content)
    return paths


@pytest.mark.parametrize("name", NETWORKS)
def test_a_caffemodel_gives_back_what_was_written(name, built, contents, tmp_path, restored):
    graph = built(name)
    _, weights = put(tmp_path, "caffe", contents(name, "caffe"))
    assert restored(graph, caffe.read(str(weights), graph)) == graph.sha256()


@pytest.mark.parametrize("name", NETWORKS)
def test_an_ncnn_pair_gives_back_what_was_written(name, built, contents, tmp_path, restored):
    graph = built(name)
    param, weights = put(tmp_path, "ncnn", contents(name, "ncnn"))
    assert restored(graph, ncnn.read(str(param))) == graph.sha256()
    assert restored(graph, ncnn.read(str(weights))) == graph.sha256()


def test_an_fp16_ncnn_pair_gives_the_halves(built, tmp_path):
    graph = built("squeezenet1_1")
    param, _ = put(tmp_path, "ncnn", write(graph, "ncnn", "fp16"))
    weights = weights_of(graph, ncnn.read(str(param)))
    for node in graph.nodes:
        if node.weight_shape:
            assert np.array_equal(weights[node.name][0], node.weight.astype(np.float16).astype(np.float32))
            assert np.array_equal(weights[node.name][1], node.bias)


@pytest.mark.parametrize("length", [1, 9, 300, 2000, -1])
def test_a_cut_caffemodel_is_refused(length, built, tmp_path, restored, refuse):
    graph = built("tiny")
    _, weights = put(tmp_path, "caffe", write(graph, "caffe"))
    weights.write_bytes(weights.read_bytes()[:length])
    refuse(lambda: restored(graph, caffe.read(str(weights), graph)))


def test_a_kernel_with_numbers_in_its_padding_is_refused(built, tmp_path, refuse):
    graph = built("tiny")  # its stem pads unequally, which Caffe cannot
    tensors = {}
    _, weights = put(tmp_path, "caffe", write(graph, "caffe"))
    tensors = caffe.parse(weights.read_bytes())
    assert tensors["stem.weight"].shape == (8, 3, 4, 4)
    grown = tensors["stem.weight"].copy()
    grown[0, 0, 0, 0] = 1
    weights.write_bytes(weights.read_bytes().replace(tensors["stem.weight"].tobytes(), grown.tobytes()))
    refuse(lambda: caffe.read(str(weights), graph), "stem.weight", "padding")


BLOB = (*message(7, packed(1, (2,))), *message(5, (bytes(8),)))
CAFFE = {
    "a layer that is a number": bytes([100 << 3 & 127 | 128, 6, 1]),
    "an endless number": b"\xff" * 20,
    "an unknown wire type": b"\x0b",
    "a name that is no text": b"".join(message(100, message(1, (b"\xff\xfe",)))),
    "a blob of another shape": b"".join(message(100, string(1, "x"), message(7, message(7, packed(1, (3,)))))),
    "an absurd shape": b"".join(message(100, string(1, "x"), message(7, message(7, packed(1, (1 << 40,) * 8))))),
    "two layers of one name": b"".join((*message(100, string(1, "x"), message(7, BLOB)),) * 2),
    "layers of the old form": b"".join(message(2, string(4, "x"))),
}


@pytest.mark.parametrize("what", CAFFE)
def test_a_hostile_caffemodel_is_refused(what, built, tmp_path, refuse):
    path = tmp_path / "x.caffemodel"
    path.write_bytes(CAFFE[what])
    refuse(lambda: caffe.read(str(path), built("tiny")), str(path))


def test_fields_are_read_as_they_were_written():
    content = b"".join((*string(1, "name"), *message(3, packed(1, (1, 300)))))
    assert [(number, bytes(value)) for number, value in fields(memoryview(content))] == [
        (1, b"name"),
        (3, b"\x0a\x03\x01\xac\x02"),
    ]


def edit(path, old, new):
    text = path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new, 1))


DAMAGED_PARAM = {
    "no mark": (b"7767517", b"7767518", "mark"),
    "another count of layers": (b"7767517\n", b"7767517\n9", "layers"),
    "an unknown type": (b"Softmax ", b"LSTM    ", "LSTM"),
    "another number of channels": (b"0=8 1=3", b"0=7 1=3", "divide"),
    "no channels": (b"0=8 1=3", b"0=0 1=3", "divide"),
    "an absurd count": (b" 6=216", b" 6=999999999936", "ends before"),
    "an endless number": (b" 6=216", b" 6=" + b"9" * 5000, "5000 digits"),
    "no text": (b"Input ", b"\xff\xfe ", "decode"),
    "a name twice": (b"depthwise ", b"stem ", "stem"),
    "a line cut short": (b"Softmax ", b"Softmax\n", "cut short"),
}


@pytest.mark.parametrize("what", DAMAGED_PARAM)
def test_a_damaged_param_is_refused(what, built, tmp_path, refuse):
    old, new, word = DAMAGED_PARAM[what]
    param, weights = put(tmp_path, "ncnn", write(built("tiny"), "ncnn"))
    edit(param, old, new)
    refuse(lambda: ncnn.read(str(weights)), word)


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda content: content[:-4], "ends before"),
        (lambda content: content + bytes(4), "4 bytes are left"),
        (lambda content: b"\x38\x4b\x0d\x00" + content[4:], "fp16"),
    ],
)
def test_a_damaged_bin_is_refused(harm, word, built, tmp_path, refuse):
    param, weights = put(tmp_path, "ncnn", write(built("tiny"), "ncnn"))
    weights.write_bytes(harm(weights.read_bytes()))
    refuse(lambda: ncnn.read(str(param)), str(weights), word)


def test_one_file_of_a_pair_alone_is_refused(built, tmp_path, refuse):
    param, weights = put(tmp_path, "ncnn", write(built("tiny"), "ncnn"))
    weights.unlink()
    refuse(lambda: ncnn.read(str(param)), str(weights))


READERS = {
    "caffe": (SUFFIXES["caffe"], lambda folder, graph: caffe.read(str(folder / "net.caffemodel"), graph)),
    "ncnn": (SUFFIXES["ncnn"], lambda folder, graph: ncnn.read(str(folder / "net.bin"))),
    "safetensors": ((".safetensors",), lambda folder, graph: safetensors.read(str(folder / "net.safetensors"))),
}


@pytest.mark.parametrize("format", READERS)
def test_whatever_happens_to_a_file_it_is_read_or_refused(format, built, unfolded, tmp_path, restored):
    graph, draw = built("tiny"), random.Random(4)
    suffixes, read = READERS[format]
    whole = (safetensors.write(unfolded(graph, OWN)),) if format == "safetensors" else write(graph, format)
    refused = 0
    for _ in range(500):
        contents = [bytearray(content) for content in whole]
        harmed = draw.choice(contents)
        place = draw.randrange(min(len(harmed), draw.choice([300, 3000, 10**6])))
        what = draw.choice([bytes([draw.randrange(256)]), b"", b"9999999", b"-1", b"\xff" * 9, b"\n", b"[", b"="])
        harmed[place : place + draw.randrange(4)] = what
        for suffix, content in zip(suffixes, contents):
            (tmp_path / f"net{suffix}").write_bytes(content)
        try:
            restored(graph, read(tmp_path, graph))
        except BadModelFile as error:
            refused += 1
            assert str(error).isprintable() and len(str(error)) < 500
    assert refused > 100
