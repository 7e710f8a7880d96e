from __future__ import annotations

import hashlib
import os
import zipfile

import pytest

from edgetop.config import asset
from edgetop.errors import BadModelFile
from edgetop.networks import own
from edgetop.networks.digest import file_sha256
from edgetop.networks.own import caffe_input_shape, own_file
from edgetop.networks.writers import SUFFIXES, write


@pytest.fixture
def written(tmp_path, built):
    """Writes the tiny network's files in a format."""

    def write_files(format):
        paths = [tmp_path / f"net{suffix}" for suffix in SUFFIXES[format]]
        for path, content in zip(paths, write(built("tiny"), format)):
            path.write_bytes(content)
        return paths

    return write_files


def test_a_tflite_file_is_known_by_its_suffix(tmp_path, built):
    path = tmp_path / "my_net.TFLITE"
    path.write_bytes(write(built("tiny"), "tflite")[0])
    model = own_file(str(path))
    assert (model.paths, model.format, model.model) == ((str(path),), "tflite", "my_net.TFLITE")
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_hashed_once_until_it_changes(written, monkeypatch):
    hashed = []
    monkeypatch.setattr(own, "file_sha256", lambda *paths: hashed.append(paths) or file_sha256(*paths))
    files = written("ncnn")
    first = own_file(str(files[0])).sha256
    assert own_file(str(files[1])).sha256 == first == file_sha256(*map(str, files))
    assert len(hashed) == 1
    files[1].write_bytes(files[1].read_bytes()[:-4] + b"1234")
    assert own_file(str(files[0])).sha256 == file_sha256(*map(str, files)) != first
    assert len(hashed) == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("suffix", "format"), [(".pt", "torchscript"), (".torchscript", "torchscript"), (".ptl", "ptl"), (".pt2", "pt2")]
)
def test_a_file_of_pytorch_is_known_by_its_suffix(suffix, format, tmp_path, built):
    pytest.importorskip("torch")
    path = tmp_path / f"net{suffix}"
    path.write_bytes(write(built("tiny"), format)[0])
    assert own_file(str(path)).format == format


@pytest.mark.parametrize(("suffix", "what"), [(".pt", "TorchScript"), (".ptl", "Mobile"), (".pt2", "exported")])
def test_an_archive_of_something_else_is_not_a_model(suffix, what, tmp_path):
    path = tmp_path / f"net{suffix}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"")
    with pytest.raises(BadModelFile, match=what):
        own_file(str(path))


def test_an_onnx_file_is_known_by_its_suffix(written):
    (path,) = written("onnx")
    assert (own_file(str(path)).format, own_file(str(path)).input_shape) == ("onnx", ())


@pytest.mark.parametrize("named", [0, 1])
@pytest.mark.parametrize(("format", "input_shape"), [("caffe", (1, 3, 32, 32)), ("ncnn", ())])
def test_either_of_two_files_brings_the_other(format, input_shape, named, written):
    files = written(format)
    model = own_file(str(files[named]))
    assert model.paths == tuple(str(path) for path in files)
    assert (model.format, model.input_shape) == (format, input_shape)


def test_an_executorch_program_is_known_by_its_mark(tmp_path):
    assert own_file(asset("tiny.pte")).format == "pte"
    (tmp_path / "net.pte").write_bytes(b"\x3c\0\0\0TFL3" + bytes(100))
    with pytest.raises(BadModelFile, match="not an ExecuTorch program"):
        own_file(str(tmp_path / "net.pte"))


def test_a_home_folder_is_found(tmp_path, built, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "net.tflite").write_bytes(write(built("tiny"), "tflite")[0])
    assert own_file("~/net.tflite").paths == (str(tmp_path / "net.tflite"),)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('input: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 227\ninput_dim: 227\n', (1, 3, 227, 227)),
        ('input: "data"\ninput_shape {\n dim: 1\n dim: 3\n dim: 10\n dim: 20\n}\n', (1, 3, 10, 20)),
        ("layer { input_param { shape: { dim: 1 dim: 3 dim: 8 dim: 9 } } }", (1, 3, 8, 9)),
        ("layer { # dim: 4\n input_param: {\n shape {\n dim: 1 dim: 2 # two\n } } }", (1, 2)),
        ("layer { }", ()),
    ],
)
def test_a_prototxt_tells_its_input_in_any_of_three_ways(text, shape):
    assert caffe_input_shape(text) == shape


def missing(folder):
    return folder / "net.tflite"


def missing_without_suffix(folder):
    return folder / "net"


def directory(folder):
    (folder / "net.pt").mkdir()
    return folder / "net.pt"


def plain_directory(folder):
    return folder


def empty(folder):
    (folder / "net.tflite").write_bytes(b"")
    return folder / "net.tflite"


def unknown_suffix(folder):
    (folder / "net.h5").write_bytes(b"x")
    return folder / "net.h5"


def not_tflite(folder):
    (folder / "net.tflite").write_bytes(b"<html>not found</html>")
    return folder / "net.tflite"


def short_tflite(folder):
    (folder / "net.tflite").write_bytes(b"abc")
    return folder / "net.tflite"


def not_zip(folder):
    (folder / "net.pt").write_bytes(b"\x80\x02 a pickle")
    return folder / "net.pt"


def zip_without_code(folder):
    with zipfile.ZipFile(folder / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", b"weights")
    return folder / "net.pt"


def cut_zip(folder):
    path = zip_without_code(folder)
    os.truncate(path, 40)
    return path


def no_weights(folder):
    (folder / "net.prototxt").write_text("layer {\n}\n")
    return folder / "net.prototxt"


def no_text(folder):
    (folder / "net.caffemodel").write_bytes(b"\n\0")
    return folder / "net.caffemodel"


def text_without_layers(folder):
    (folder / "net.prototxt").write_text("a letter\n")
    (folder / "net.caffemodel").write_bytes(b"\n\0")
    return folder / "net.prototxt"


def not_onnx(folder):
    (folder / "net.onnx").write_bytes(b"\x89PNG\r\n")
    return folder / "net.onnx"


def one_byte_onnx(folder):
    (folder / "net.onnx").write_bytes(b"\x08")
    return folder / "net.onnx"


def binary_param(folder):
    (folder / "net.param").write_bytes(b"\xdd\x85\x76\x00\x10")
    (folder / "net.bin").write_bytes(bytes(4))
    return folder / "net.param"


def weights_alone(folder):
    (folder / "net.bin").write_bytes(bytes(4))
    return folder / "net.bin"


BAD = {
    missing: "no model file",
    missing_without_suffix: "no model file",
    directory: "not a file",
    plain_directory: "not a file",
    empty: "is empty",
    unknown_suffix: r"no format known by \.h5",
    not_tflite: "not a TFLite model",
    short_tflite: "not a TFLite model",
    not_zip: "not a TorchScript model",
    zip_without_code: "not a TorchScript model: it holds no constants.pkl",
    cut_zip: "not a TorchScript model",
    no_weights: r"no model file at .*net\.caffemodel",
    no_text: r"no model file at .*net\.prototxt",
    text_without_layers: "no layers",
    not_onnx: "not an ONNX model",
    one_byte_onnx: "not an ONNX model",
    binary_param: r"not an ncnn \.param in text form",
    weights_alone: r"no model file at .*net\.param",
}


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_file_is_refused_with_a_hint(make, tmp_path):
    with pytest.raises(BadModelFile, match=BAD[make]) as caught:
        own_file(str(make(tmp_path)))
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_a_compiled_library_is_known_by_its_mark(tmp_path):
    path = tmp_path / "net.so"
    path.write_bytes(b"\x7fELF and more")
    assert own_file(str(path)).format == "tvm"
    path.write_bytes(b"MZ and more")
    with pytest.raises(BadModelFile, match="not a compiled library"):
        own_file(str(path))
