"""PyTorch's files: what they give, and that a hostile one runs nothing."""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import zipfile

import pytest

from edgetop import isolate
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.networks.imports import pickles, torchvision
from edgetop.networks.writers import write


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def as_torch(torch, arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


@pytest.mark.parametrize("legacy", [False, True])
def test_a_state_dict_is_read_from_under_its_key(legacy, torch, built, unfolded, tmp_path, restored):
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


def test_a_file_that_was_cut_off_is_refused_in_one_whole_sentence(torch, tmp_path):
    path = tmp_path / "cut.pth"
    torch.save({"w": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BadModelFile) as caught:
        pickles.read(str(path))
    assert "cannot be read as weights" in str(caught.value)
    assert ". " not in caught.value.title


class Hostile:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_hostile_pickle_is_refused_and_runs_nothing(zipped, torch, tmp_path, refuse):
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


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path, monkeypatch, refuse):
    monkeypatch.setattr(subprocess, "run", None)
    path = tmp_path / "x.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data/0", bytes(54321))
    head, sign, directory = path.read_bytes().rpartition(b"PK\x01\x02")
    grown = directory.replace(struct.pack("<L", 54321), struct.pack("<L", (1 << 30) + 1))
    path.write_bytes(head + sign + grown)
    refuse(lambda: pickles.read(str(path)), "more than 1 GiB")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_told_apart(torch, built, tmp_path, refuse):
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
        ("kill -9 $$", BadModelFile, "SIGKILL"),
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
