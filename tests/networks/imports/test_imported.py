"""Imported weights: kept, shown on the card, used by every format, noticed where damaged, and forgotten."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgetop.engine import catalog, check
from edgetop.errors import BadModelFile, CannotWrite, UnknownName, UsageError
from edgetop.networks import files, imported, zoo
from edgetop.networks.cards import SEEDED
from edgetop.networks.imports import safetensors
from edgetop.networks.imports.importing import import_weights
from edgetop.networks.writers import write
from edgetop.plan import Plan, RunSpec

PLAN = Plan(runs=(RunSpec(0, "tiny", "litert", threads=1),), input="noise")


@pytest.fixture
def graph(built, weights_home):
    """The tiny network with other weights than it comes with."""
    draw = np.random.default_rng(11)
    tiny = built("tiny")
    weights = {
        node.name: (node.weight + draw.normal(0, 0.1, node.weight_shape).astype(np.float32), node.bias)
        for node in tiny.nodes
        if node.weight_shape
    }
    return tiny.with_weights(weights)


@pytest.fixture
def source(graph, tmp_path):
    """A file of these weights."""
    arrays = {
        f"{n.name}.{part}": getattr(n, part) for n in graph.nodes if n.weight_shape for part in ("weight", "bias")
    }
    path = tmp_path / "tiny-1.safetensors"
    path.write_bytes(safetensors.write(arrays))
    return path


def test_what_is_imported_is_what_is_built_and_written(graph, source, cache):
    found = import_weights("tiny", str(source))
    assert zoo.build("tiny").sha256() == graph.sha256() != zoo.build_shipped("tiny").sha256()
    assert (found.file, found.kind, found.graph_sha256) == ("tiny-1.safetensors", "safetensors", graph.sha256())
    model = files.model_file("tiny", "caffe")
    assert tuple(Path(path).read_bytes() for path in model.paths) == write(graph, "caffe")
    assert graph.sha256()[:12] in model.paths[0]


def test_the_card_says_where_weights_are_from_and_that_outputs_mean_something(graph, source):
    import_weights("tiny", str(source))
    card = zoo.card("tiny")
    assert (card.weights, card.sha256, card.trained) == ("imported: tiny-1.safetensors", graph.sha256(), True)
    assert zoo.shipped_card("tiny").weights == SEEDED
    assert not zoo.shipped_card("tiny").trained


def test_a_format_brings_them_to_itself_and_others(graph, tmp_path):
    for format, name in (("caffe", "x.caffemodel"), ("ncnn", "x.param")):
        for content, suffix in zip(
            write(graph, format), (".prototxt", ".caffemodel") if format == "caffe" else (".param", ".bin")
        ):
            (tmp_path / f"x{suffix}").write_bytes(content)
        assert import_weights("tiny", str(tmp_path / name)).graph_sha256 == graph.sha256()
        assert imported.forget("tiny")


def test_another_import_takes_the_place_of_the_first(source, weights_home, built, tmp_path):
    import_weights("tiny", str(source))
    (tmp_path / "x.prototxt").touch()
    (tmp_path / "x.caffemodel").write_bytes(write(built("tiny"), "caffe")[1])
    import_weights("tiny", str(tmp_path / "x.caffemodel"))
    assert zoo.build("tiny").sha256() == zoo.build_shipped("tiny").sha256()
    assert sorted(path.suffix for path in weights_home.iterdir()) == [".json", ".npz"]


def test_what_is_forgotten_is_gone(source, weights_home):
    import_weights("tiny", str(source))
    assert imported.forget("tiny")
    assert not imported.forget("tiny")
    assert list(weights_home.iterdir()) == []
    assert zoo.card("tiny") == zoo.shipped_card("tiny")
    assert zoo.build("tiny").sha256() == zoo.card("tiny").sha256


def test_a_file_that_is_refused_changes_nothing(source, weights_home, tmp_path, built):
    import_weights("tiny", str(source))
    before = {path: path.read_bytes() for path in weights_home.iterdir()}
    other = tmp_path / "x.caffemodel"
    other.write_bytes(write(built("squeezenet1_1"), "caffe")[1])
    with pytest.raises(BadModelFile, match="missing"):
        import_weights("tiny", str(other))
    assert {path: path.read_bytes() for path in weights_home.iterdir()} == before


def test_nothing_is_left_of_an_import_that_never_was(weights_home, tmp_path):
    (tmp_path / "x.caffemodel").write_bytes(b"\0")
    with pytest.raises(BadModelFile):
        import_weights("tiny", str(tmp_path / "x.caffemodel"))
    assert not weights_home.exists()


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def rewrite(**changes):
    def harm(path):
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return harm


RECORDS = {
    "flipped": flip,
    "cut": cut,
    "empty": lambda path: path.write_bytes(b""),
    "no text": lambda path: path.write_bytes(b"\xff\xfe\xff"),
    "a list": lambda path: path.write_text("[]"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "more": rewrite(more=1),
    "another file": rewrite(file="other.pth"),
    "another hash": rewrite(graph_sha256="0" * 64),
    "a number": rewrite(weights_sha256=3),
}
WEIGHTS = {"flipped": flip, "cut": cut, "removed": os.remove, "empty": lambda path: path.write_bytes(b"")}


@pytest.mark.parametrize("what", RECORDS)
def test_a_damaged_record_is_noticed_and_can_be_forgotten(what, source, weights_home, monkeypatch):
    import_weights("tiny", str(source))
    RECORDS[what](weights_home / "tiny.json")
    for use in (lambda: zoo.card("tiny"), lambda: zoo.build("tiny"), lambda: check.check_plan(PLAN)):
        with pytest.raises(BadModelFile, match="imported weights of tiny are damaged") as caught:
            use()
        assert "edgetop models forget tiny" in caught.value.hint
    monkeypatch.setattr(zoo, "UNLISTED", frozenset())
    (entry,) = (entry for entry in catalog.models() if entry.name == "tiny")
    assert entry.weights == "imported, but damaged"
    assert imported.forget("tiny")
    assert zoo.card("tiny").weights == SEEDED
    assert list(weights_home.iterdir()) == []


@pytest.mark.parametrize("what", WEIGHTS)
def test_damaged_weights_are_noticed_before_they_are_used(what, source, weights_home, cache):
    import_weights("tiny", str(source))
    (weights,) = weights_home.glob("*.npz")
    WEIGHTS[what](weights)
    uses = (lambda: zoo.build("tiny"), lambda: files.model_file("tiny", "caffe"), lambda: check.check_plan(PLAN))
    for use in uses:
        with pytest.raises(BadModelFile, match="damaged") as caught:
            use()
        assert "edgetop models forget tiny" in caught.value.hint
    import_weights("tiny", str(source))
    assert zoo.build("tiny").sha256() == zoo.card("tiny").sha256


def test_weights_for_another_form_of_the_network_are_told(source, built, monkeypatch):
    import_weights("tiny", str(source))
    tiny, other = built("tiny"), built("squeezenet1_1")
    nodes = tuple(replace(node, act="silu") if node.act == "relu6" else node for node in tiny.nodes)
    for form in (replace(tiny, nodes=nodes), replace(other, name="tiny")):
        monkeypatch.setattr(zoo, "build_shipped", lambda name, form=form: form)
        with pytest.raises(BadModelFile, match="another form"):
            zoo.build("tiny")


def test_a_folder_that_cannot_be_written_is_said(source, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(CannotWrite) as caught:
        import_weights("tiny", str(source))
    assert "XDG_DATA_HOME" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "file", "error", "word"),
    [
        ("tinny", "x.pth", UnknownName, "tinny"),
        ("gemm_256", "x.pth", UsageError, "gemm_256"),
        ("tiny", "none.pth", BadModelFile, "no weights file at"),
        ("tiny", "x.h5", BadModelFile, "safetensors"),
        ("tiny", "folder.pth", BadModelFile, "not a file"),
        ("tiny", "empty.pth", BadModelFile, "empty"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_what_to_do(
    name, file, error, word, weights_home, tmp_path, monkeypatch
):
    (tmp_path / "x.h5").write_text("x")
    (tmp_path / "x.pth").write_text("x")
    (tmp_path / "empty.pth").touch()
    (tmp_path / "folder.pth").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=word) as caught:
        import_weights(name, file)
    assert caught.value.hint
    assert not weights_home.exists()


def test_a_name_that_a_terminal_would_obey_is_kept_without_it(graph, weights_home):
    found = imported.keep(graph, "a\x1b[2J\n" + "x" * 200, "PyTorch", "0" * 64)
    assert found.file.isprintable() and len(found.file) <= 80
    assert zoo.card("tiny").weights.isprintable()


def test_a_home_folder_is_found(source, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert import_weights("tiny", "~/tiny-1.safetensors").network == "tiny"
