"""An ncnn .param is read and its .bin held against it, before ncnn would run whatever is there."""

from __future__ import annotations

import os

import numpy as np
import pytest

from edgetop.backends.base import Options
from edgetop.backends.ncnn_files import check_weights, input_shape, read_layers
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.networks.writers import write
from edgetop.plan import ModelFile

HEAD = "7767517\n{} 9\nInput data 0 1 data {}\n"


@pytest.fixture
def param(tmp_path):
    """Writes a .param of an Input layer and others."""

    def make(*lines, size="0=4 1=5 2=3"):
        path = tmp_path / "net.param"
        path.write_text(HEAD.format(len(lines) + 1, size) + "\n".join(lines))
        return str(path)

    return make


@pytest.fixture
def weights(tmp_path):
    def make(content):
        path = tmp_path / "net.bin"
        path.write_bytes(content)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("size", "shape"),
    [("0=4 1=5 2=3", (1, 3, 5, 4)), ("0=4 1=5", (1, 5, 4)), ("0=4", (1, 4)), ("", ()), ("0=-233 1=-233", ())],
)
def test_the_input_layer_tells_the_shape(size, shape, param):
    assert input_shape(read_layers(param(size=size)), "data") == shape


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begin"),
        ("layer { }", "begin"),
        ("7767517\n", "promises"),
        ("7767517\n3 3\nInput a 0 1 a\n", "1 layers"),
        ("7767517\n1 1\nInput a 0\n", "no layer: Input a 0"),
        ("7767517\n1 1\nInput a 0 1 a width\n", "no layer"),
        ("7767517\n1 1\nInput a zero 1 a\n", "no layer"),
    ],
)
def test_a_text_that_is_no_param_is_refused(text, reason, tmp_path):
    path = tmp_path / "net.param"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        read_layers(str(path))


FP32, FP16, INT8, TABLE = bytes(4), b"\x47\x6b\x30\x01", b"\x38\x4b\x0d\x00", b"\x01\x00\x00\x00"
LAYERS = {
    "Convolution c 1 1 data c 0=2 1=1 6=6": FP32 + bytes(24),
    "Convolution c 1 1 data c 0=2 1=1 5=1 6=6": FP32 + bytes(24 + 8),
    "ConvolutionDepthWise c 1 1 data c 0=3 1=1 6=3 7=3": FP16 + bytes(8),
    "InnerProduct c 1 1 data c 0=2 1=1 2=6": INT8 + bytes(8 + 8),
    "InnerProduct c 1 1 data c 0=2 1=0 2=6": TABLE + bytes(1024 + 8),
    "Gemm c 1 1 data c 3=1 5=1 6=1 8=2 9=4 10=-1": FP32 + bytes(32),
    "Scale c 1 1 data c 0=3": bytes(12),
    "Scale c 1 1 data c 0=3 1=1": bytes(24),
    "BatchNorm c 1 1 data c 0=3": bytes(48),
    "PReLU c 1 1 data c 0=3": bytes(12),
    "Padding c 1 1 data c 0=1": b"",
    "Scale c 2 1 data data c 0=-233": None,
    "Softmax c 1 1 data c 0=0": b"",
    "LSTM c 1 1 data c 0=5": None,
    "Convolution c 1 1 data c 0=2 1=1 6=6 8=2": None,
}
"""Layer to what is right for it; None where any length is let through."""


@pytest.mark.parametrize("line", LAYERS)
def test_weights_are_as_long_as_their_layers_ask_for(line, param, weights):
    layers = read_layers(param(line))
    right = LAYERS[line]
    if right is None:
        check_weights(layers, weights(b"any length"))
        return
    check_weights(layers, weights(right))
    with pytest.raises(ValueError, match="damaged"):
        check_weights(layers, weights(right + b"x"))
    if right:
        with pytest.raises(ValueError, match="layer c"):
            check_weights(layers, weights(right[:-1]))


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_every_byte_that_is_missing_is_missed(precision, graph, param, weights, tmp_path):
    text, content = write(graph("tiny"), "ncnn", precision)
    path = tmp_path / "tiny.param"
    path.write_bytes(text)
    layers = read_layers(str(path))
    check_weights(layers, weights(content))
    for cut in (1, 2, 4, 100, len(content)):
        with pytest.raises(ValueError):
            check_weights(layers, weights(content[:-cut]))


@pytest.fixture
def files(model_file, tmp_path):
    """A copy of the tiny network, its .param as told."""

    def make(change):
        whole = model_file("ncnn")
        param = tmp_path / "own.param"
        with open(whole.paths[0], encoding="utf-8") as file:
            param.write_text(change(file.read()))
        return ModelFile((str(param), whole.paths[1]), "ncnn", "own")

    return make


def test_a_layer_that_ncnn_does_not_know_is_refused(files, need):
    need("ncnn")
    with pytest.raises(BadModelFile, match="does not know") as refusal:
        backend("ncnn").load(files(lambda text: text.replace("Softmax ", "Hardmax ")), Options())
    assert "own.param" in refusal.value.title


def test_weights_of_another_network_are_refused(files, need):
    need("ncnn")
    with pytest.raises(BadModelFile, match="another network") as refusal:
        backend("ncnn").load(files(lambda text: text.replace("0=10 1=1 2=160", "0=12 1=1 2=192")), Options())
    assert "belong together" in refusal.value.hint


def without_shapes(text):
    return "\n".join(" ".join(word for word in line.split() if "-23330" not in word) for line in text.splitlines())


def test_outputs_of_a_file_without_shapes_are_found_by_running_it(files, need):
    need("ncnn")
    model = backend("ncnn").load(files(without_shapes), Options())
    assert [spec.shape for spec in model.outputs] == [(1, 10)]


def test_an_input_of_unknown_shape_is_refused(files, need):
    need("ncnn")
    bare = files(lambda text: text.replace("0=32 1=32 2=3", ""))
    with pytest.raises(BadModelFile, match="not known") as refusal:
        backend("ncnn").load(bare, Options())
    assert "Input layer" in refusal.value.hint
    told = ModelFile(bare.paths, "ncnn", "own", input_shape=(1, 3, 32, 32))
    assert backend("ncnn").load(told, Options()).inputs[0].shape == (1, 3, 32, 32)


def test_fp32_is_computed_in_fp32_and_fp16_with_what_the_cpu_has(need):
    need("ncnn")
    from edgetop.backends import ncnn_net

    ncnn = pytest.importorskip("ncnn")
    for precision, used in (("fp32", False), ("fp16", True)):
        options = ncnn_net._net(ncnn, Options(precision=precision)).opt
        assert {getattr(options, name) for name in ncnn_net.FP16_OPTIONS} == {used}
        assert not options.use_vulkan_compute


def test_the_files_are_whole_pairs(model_file, need):
    need("ncnn")
    whole = model_file("ncnn")
    assert os.path.getsize(whole.paths[1]) > 0
    with pytest.raises(BadModelFile, match="needs 2"):
        backend("ncnn").load(ModelFile(whole.paths[:1], "ncnn", "own"), Options())


@pytest.mark.parametrize(("precision", "variant"), [("bf16", "cpu"), ("fp16", "cpu"), ("fp16", "storage")])
def test_less_than_fp32_is_computed_near_it(precision, variant, model_file, expected):
    picture, (right,) = expected("tiny")
    model = backend("ncnn").load(model_file("ncnn"), Options(precision=precision, variant=variant))
    model.set_inputs([picture])
    model.infer()
    assert np.abs(model.read_outputs()[0] - right).max() < 0.02
    if precision == "bf16":
        assert np.abs(model.read_outputs()[0] - right).max() > 1e-5
    model.close()
