"""Files of weights: what each format gives, and how a damaged or hostile one is refused."""

from __future__ import annotations

import json
import os
import pickle
import random
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from edgetop import isolate
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.networks import zoo
from edgetop.networks.imports import caffe, contents, ncnn, pickles, safetensors, torchvision
from edgetop.networks.imports.layout import OWN
from edgetop.networks.imports.mapping import weights_of
from edgetop.networks.imports.protobuf import fields
from edgetop.networks.writers import SUFFIXES, write
from edgetop.networks.writers.protobuf import message, packed, string

NETWORKS = [name for name in zoo.names() if zoo.card(name).task == "classification"]
NETWORKS += ["tiny", "gemm_256", "efficientdet_lite0", "yolov5n"]


def restored(graph, tensors):
    return graph.with_weights(weights_of(graph, tensors)).sha256()


# ---- safetensors


@pytest.fixture
def tensors():
    draw = np.random.default_rng(5)
    return {"a": draw.normal(size=(3, 4)).astype(np.float32), "b.c": draw.normal(size=5), "d": np.zeros((0, 2), "<f4")}


def test_safetensors_are_read_as_the_library_writes_them(tensors, tmp_path):
    library = pytest.importorskip("safetensors.numpy")
    halves = {"h": np.array([1.5, -2.0], np.float16), "n": np.array([3, 4])}
    library.save_file({**tensors, **halves}, tmp_path / "x.safetensors", metadata={"format": "pt"})
    found = safetensors.read(str(tmp_path / "x.safetensors"))
    assert found.keys() == {*tensors, *halves}
    for name, array in {**tensors, **halves}.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def test_safetensors_are_written_as_the_library_reads_them(tensors):
    library = pytest.importorskip("safetensors.numpy")
    found = library.load(safetensors.write(tensors))
    assert all(np.array_equal(found[name], array) for name, array in tensors.items())


def packed_file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def test_bfloat16_is_the_upper_half_of_a_single():
    data = struct.pack("<f", 1.5)[2:] + struct.pack("<f", -3.0)[2:]
    found = safetensors.parse(packed_file({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, data))
    assert found["x"].tolist() == [1.5, -3.0]


def entry(dtype="F32", shape=(1,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


HOSTILE = {
    "nothing": b"",
    "no header": b"\x05\0\0",
    "a header beyond the file": struct.pack("<Q", 1 << 62) + b"{}",
    "a header beyond all bounds": packed_file(b" " * (1 << 20) + b"{}"),
    "a negative length": b"\xff" * 8 + b"{}",
    "no JSON": packed_file(b"{nonsense"),
    "no text": packed_file(b"\xff\xfe\xfd"),
    "a list": packed_file([]),
    "depth": packed_file(b"[" * 100_000),
    "an endless number": packed_file(
        b'{"x": {"dtype": "F32", "shape": [' + b"9" * 100_000 + b'], "data_offsets": [0, 4]}}'
    ),
    "a name twice": packed_file(b'{"x": 1, "x": 2}'),
    "no entry": packed_file({"x": 3}),
    "no type": packed_file({"x": {"shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
    "an unknown type": packed_file({"x": entry("F8")}, bytes(4)),
    "a type that is no name": packed_file({"x": entry(["F32"])}, bytes(4)),
    "a shape that is no list": packed_file({"x": {**entry(), "shape": 1}}, bytes(4)),
    "a negative shape": packed_file({"x": entry(shape=(-1,))}, bytes(4)),
    "a true shape": packed_file({"x": entry(shape=(True,))}, bytes(4)),
    "an absurd shape": packed_file({"x": entry(shape=(99999999999,) * 8)}, bytes(4)),
    "too many axes": packed_file({"x": entry(shape=(1,) * 9)}, bytes(4)),
    "one place": packed_file({"x": entry(offsets=(0,))}, bytes(4)),
    "a place beyond the file": packed_file({"x": entry(offsets=(4, 8))}, bytes(4)),
    "an end beyond the file": packed_file({"x": entry(shape=(2,), offsets=(0, 8))}, bytes(4)),
    "a backward place": packed_file({"x": entry(shape=(0,), offsets=(4, 0))}, bytes(4)),
    "another length": packed_file({"x": entry(shape=(2,))}, bytes(4)),
    "two in one place": packed_file({"x": entry(), "y": entry()}, bytes(4)),
    "a hole": packed_file({"x": entry(), "y": entry(offsets=(8, 12))}, bytes(12)),
    "bytes left": packed_file({"x": entry()}, bytes(5)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_safetensors_that_are_none_are_refused(what, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(HOSTILE[what])
    with pytest.raises(BadModelFile) as caught:
        safetensors.read(str(path))
    assert str(path) in caught.value.title and len(caught.value.title) < 400
    assert caught.value.hint


def test_a_file_beyond_bounds_is_not_read(tmp_path):
    path = tmp_path / "x.safetensors"
    path.touch()
    os.truncate(path, contents.MAX_BYTES + 1)  # no room is taken
    with pytest.raises(BadModelFile, match=r"1\.0 GiB"):
        safetensors.read(str(path))


# ---- Caffe and ncnn


def put(folder, format, files):
    paths = [folder / f"net{suffix}" for suffix in SUFFIXES[format]]
    for path, content in zip(paths, files):
        path.write_bytes(content)
    return paths


@pytest.mark.parametrize("name", NETWORKS)
def test_a_caffemodel_gives_back_what_was_written(name, built, contents, tmp_path):
    graph = built(name)
    _, weights = put(tmp_path, "caffe", contents(name, "caffe"))
    assert restored(graph, caffe.read(str(weights), graph)) == graph.sha256()


@pytest.mark.parametrize("name", NETWORKS)
def test_an_ncnn_pair_gives_back_what_was_written(name, built, contents, tmp_path):
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


def refuse(read, *words):
    with pytest.raises(BadModelFile) as caught:
        read()
    for word in words:
        assert word in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("length", [1, 9, 300, 2000, -1])
def test_a_cut_caffemodel_is_refused(length, built, tmp_path):
    graph = built("tiny")
    _, weights = put(tmp_path, "caffe", write(graph, "caffe"))
    weights.write_bytes(weights.read_bytes()[:length])
    refuse(lambda: restored(graph, caffe.read(str(weights), graph)))


def test_a_kernel_with_numbers_in_its_padding_is_refused(built, tmp_path):
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
def test_a_hostile_caffemodel_is_refused(what, built, tmp_path):
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
def test_a_damaged_param_is_refused(what, built, tmp_path):
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
def test_a_damaged_bin_is_refused(harm, word, built, tmp_path):
    param, weights = put(tmp_path, "ncnn", write(built("tiny"), "ncnn"))
    weights.write_bytes(harm(weights.read_bytes()))
    refuse(lambda: ncnn.read(str(param)), str(weights), word)


def test_one_file_of_a_pair_alone_is_refused(built, tmp_path):
    param, weights = put(tmp_path, "ncnn", write(built("tiny"), "ncnn"))
    weights.unlink()
    refuse(lambda: ncnn.read(str(param)), str(weights))


READERS = {
    "caffe": (SUFFIXES["caffe"], lambda folder, graph: caffe.read(str(folder / "net.caffemodel"), graph)),
    "ncnn": (SUFFIXES["ncnn"], lambda folder, graph: ncnn.read(str(folder / "net.bin"))),
    "safetensors": ((".safetensors",), lambda folder, graph: safetensors.read(str(folder / "net.safetensors"))),
}


@pytest.mark.parametrize("format", READERS)
def test_whatever_happens_to_a_file_it_is_read_or_refused(format, built, unfolded, tmp_path):
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


# ---- PyTorch


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def as_torch(torch, arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


@pytest.mark.parametrize("legacy", [False, True])
def test_a_state_dict_is_read_from_under_its_key(legacy, torch, built, unfolded, tmp_path):
    graph = built("shufflenet_v2_x1_0")
    tensors = unfolded(graph, torchvision.LAYOUTS["shufflenet_v2_x1_0"])
    kept = as_torch(torch, {f"module.{name}": array for name, array in tensors.items()})
    checkpoint = {"epoch": 3, "optimizer": {"lr": 0.1}, "state_dict": kept}
    torch.save(checkpoint, tmp_path / "x.pth", _use_new_zipfile_serialization=not legacy)
    assert restored(graph, pickles.read(str(tmp_path / "x.pth"))) == restored(graph, tensors)


def test_halves_and_bfloats_become_singles(torch, tmp_path):
    values = {
        "h": torch.tensor([1.5]).half(),
        "b": torch.tensor([2.5]).bfloat16(),
        "d": torch.tensor([0.1], dtype=torch.float64),
    }
    values["t"] = torch.arange(6.0).reshape(2, 3).T
    torch.save(values, tmp_path / "x.pt")
    found = pickles.read(str(tmp_path / "x.pt"))
    assert {name: str(array.dtype) for name, array in found.items()} == {
        **dict.fromkeys("hbt", "float32"),
        "d": "float64",
    }
    assert found["t"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert (found["h"][0], found["b"][0], found["d"][0]) == (1.5, 2.5, 0.1)


class Hostile:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_hostile_pickle_is_refused_and_runs_nothing(zipped, torch, tmp_path):
    made, path = tmp_path / "made", tmp_path / "evil.pth"
    if zipped:
        torch.save({"state_dict": Hostile(made)}, path)
    else:
        path.write_bytes(pickle.dumps({"state_dict": Hostile(made)}, protocol=2))
    with open(path, "rb") as file, zipfile.ZipFile(file) if zipped else file as content:
        pickle.loads(content.read(f"{path.stem}/data.pkl") if zipped else content.read())["state_dict"].close()
    assert made.exists()  # this is what it would do
    made.unlink()
    refuse(lambda: pickles.read(str(path)), "io.open", "no weight")
    assert not made.exists()


UNFIT = {
    "huge": (lambda torch: {"x": torch.zeros(1).expand(1 << 40)}, "more numbers"),
    "module": (lambda torch: torch.nn.Linear(2, 2), "Linear"),
    "list": (lambda torch: [torch.zeros(1)], "list"),
    "empty": (lambda torch: {"state_dict": {}}, "dict"),
    "number": (lambda torch: {"a.weight": 3}, "a.weight"),
    "numbered": (lambda torch: {3: torch.zeros(1)}, "3"),
    "sparse": (lambda torch: {"a": torch.eye(2).to_sparse()}, "plain"),
    "complex": (lambda torch: {"a": torch.zeros(2, dtype=torch.complex64)}, "plain"),
    "meta": (lambda torch: {"a": torch.zeros(2, device="meta")}, "plain"),
}


def test_what_is_no_weights_is_refused_with_a_reason(torch, tmp_path):
    """One child for all of them: torch takes seconds to load."""
    for what, (make, _) in UNFIT.items():
        torch.save(make(torch), tmp_path / f"{what}.pth")
    (tmp_path / "text.pth").write_text("hello")
    program = (
        "import sys, warnings; warnings.simplefilter('ignore')\n"
        "from edgetop.networks.imports.unpickle import main\n"
        f"for what in {[*UNFIT, 'text']!r}:\n"
        f"    print(what, file=sys.stderr); print(main([what + '.pth', what + '.out']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=isolate.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"5"}
    reasons = done.stderr.splitlines()
    told = dict(zip(reasons[::2], reasons[1::2]))
    assert len(reasons) == 2 * (len(UNFIT) + 1)
    for what, (_, word) in UNFIT.items():
        assert word in told[what], what
    assert not list(tmp_path.glob("*.out"))


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    path = tmp_path / "x.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/0", bytes(54321))
    head, sign, directory = path.read_bytes().rpartition(b"PK\x01\x02")
    grown = directory.replace(struct.pack("<L", 54321), struct.pack("<L", (1 << 30) + 1))
    path.write_bytes(head + sign + grown)
    refuse(lambda: pickles.read(str(path)), "more than 1 GiB")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_told_apart(torch, built, tmp_path):
    path = tmp_path / "x.pt"
    path.write_bytes(write(built("tiny"), "torchscript")[0])
    refuse(lambda: pickles.read(str(path)), "TorchScript")


@pytest.fixture
def interpreter(tmp_path):
    """An executable that stands for another interpreter."""

    def make(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("script", "error", "word"),
    [
        ("echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1", FrameworkMissing, "pip install torch"),
        ("echo 'torch 2.5 cannot open files' >&2; exit 6", FrameworkMissing, "torch 2.6"),
        ("echo 'ImportError: libcuda' >&2; exit 1", FrameworkMissing, "libcuda"),
        ("kill -9 $$", BadModelFile, "signal 9"),
        ("exit 5", BadModelFile, "exit code 5"),
        ("exit 0", BadModelFile, "no weights file"),
        ('head -c 99 /dev/zero > "$4"; exit 0', BadModelFile, "header"),
    ],
)
def test_the_end_of_a_child_is_told_in_words(script, error, word, interpreter, tmp_path):
    (tmp_path / "x.pth").write_text("anything")
    with pytest.raises(error, match=word):
        pickles.read(str(tmp_path / "x.pth"), interpreter(script))


def test_an_interpreter_that_is_not_there_is_said(tmp_path):
    (tmp_path / "x.pth").write_text("anything")
    with pytest.raises(FrameworkMissing, match="No such file"):
        pickles.read(str(tmp_path / "x.pth"), str(tmp_path / "none"))


@pytest.mark.parametrize("version", ["1.12.0", "2.4.1+cpu", "2.5.1"])
def test_a_torch_whose_loader_is_not_safe_is_not_used(version, tmp_path):
    (tmp_path / "torch.py").write_text(f"__version__ = {version!r}\n")
    program = "from edgetop.networks.imports.unpickle import main; import sys; sys.exit(main(['x.pth', 'out']))"
    environment = isolate.environment()
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), environment["PYTHONPATH"]])
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert version in done.stderr
