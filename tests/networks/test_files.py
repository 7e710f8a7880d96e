from __future__ import annotations

import os
import resource
import subprocess
import time

import pytest

from edgetop.errors import CannotWrite, DeadlineExceeded, FrameworkMissing, Interrupted, RunFailed, UnknownName
from edgetop.networks import files, zoo
from edgetop.networks.writers import write


@pytest.fixture
def no_child(monkeypatch):
    """From when it is called, no child process may be started."""

    def forbid():
        def refuse(*_arguments, **_options):
            raise AssertionError("a child process was started")

        monkeypatch.setattr(subprocess, "Popen", refuse)

    return forbid


@pytest.fixture
def script(tmp_path):
    """An executable that stands for another interpreter."""

    def make(text):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("format", "precision", "input_shape"),
    [
        ("tflite", "fp32", ()),
        ("tflite", "fp16", ()),
        ("caffe", "fp32", (1, 3, 32, 32)),
        ("onnx", "fp32", ()),
        ("onnx", "fp16", ()),
        ("ncnn", "fp32", ()),
        ("ncnn", "fp16", ()),
    ],
)
def test_a_file_holds_what_the_writer_gives(format, precision, input_shape, cache, built):
    model = files.model_file("tiny", format, precision)
    assert tuple(read(path) for path in model.paths) == write(built("tiny"), format, precision)
    assert (model.format, model.model, model.precision) == (format, "tiny", precision)
    assert model.sha256 == zoo.card("tiny").sha256
    assert model.input_shape == input_shape
    assert all(os.path.dirname(path) == str(cache) and model.sha256[:12] in path for path in model.paths)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def test_a_torchscript_file_is_written_by_torch(cache):
    pytest.importorskip("torch")
    model = files.model_file("tiny", "torchscript")
    assert files.own_file(model.paths[0]).format == "torchscript"


def test_a_file_is_written_once(cache, no_child):
    first = files.model_file("tiny", "tflite")
    no_child()
    assert files.model_file("tiny", "tflite") == first


def truncate(path):
    os.truncate(path, os.path.getsize(path) // 2)


def flip(path):
    with open(path, "r+b") as file:
        file.seek(100)
        byte = file.read(1)[0]
        file.seek(100)
        file.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("harm", [truncate, flip, os.remove])
@pytest.mark.parametrize("which", [".prototxt", ".caffemodel", ".caffe.json"])
def test_a_damaged_or_incomplete_file_is_written_again(harm, which, cache):
    model = files.model_file("tiny", "caffe")
    whole = [read(path) for path in model.paths]
    (victim,) = (str(path) for path in cache.iterdir() if path.name.endswith(which))
    harm(victim)
    assert [read(path) for path in files.model_file("tiny", "caffe").paths] == whole


@pytest.mark.parametrize(("what", "other"), [("edgetop.__version__", "0.0.0"), ("edgetop.networks.files.EDITION", 0)])
def test_files_of_another_version_are_written_again(cache, monkeypatch, no_child, what, other):
    files.model_file("tiny", "tflite")
    monkeypatch.setattr(what, other)
    no_child()
    with pytest.raises(AssertionError, match="child"):
        files.model_file("tiny", "tflite")


def test_nothing_but_the_files_and_their_record_is_left(cache):
    files.model_file("tiny", "tflite")
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".tflite"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("tinny", "tflite"), "efficientnet"),
        (("tiny", "keras"), "caffe"),
        (("tiny", "caffe", "fp16"), "fp32"),
        (("tiny", "ncnn", "int8"), "fp16"),
    ],
)
def test_an_unknown_model_format_or_precision_is_refused_before_any_work(arguments, word, cache, no_child):
    no_child()
    with pytest.raises(UnknownName, match=word):
        files.model_file(*arguments)
    assert not cache.exists()


def test_a_cache_that_cannot_be_made_is_said_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(CannotWrite) as caught:
        files.model_file("tiny", "tflite")
    assert "XDG_CACHE_HOME" in caught.value.hint
    assert str(tmp_path / "file") in caught.value.title


def test_a_full_disk_leaves_nothing_behind(cache):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(CannotWrite, match="File too large") as caught:
            files.model_file("tiny", "tflite")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "room" in caught.value.hint
    assert list(cache.iterdir()) == []


def test_a_child_that_fails_is_told_by_its_last_line(cache, script):
    python = script("echo first >&2; echo 'RuntimeError: no such luck' >&2; exit 1")
    with pytest.raises(RunFailed, match="RuntimeError: no such luck") as caught:
        files.model_file("tiny", "torchscript", python=python)
    assert python in caught.value.hint
    assert list(cache.iterdir()) == []


def test_a_child_without_the_framework_is_told_how_to_install_it(cache, script):
    python = script("echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1")
    with pytest.raises(FrameworkMissing) as caught:
        files.model_file("tiny", "torchscript", python=python)
    assert caught.value.hint == f"Install it: {python} -m pip install torch"


def test_a_killed_child_is_told_by_its_signal(cache, script):
    with pytest.raises(RunFailed, match="SIGKILL"):
        files.model_file("tiny", "torchscript", python=script("kill -9 $$"))


def test_a_child_that_says_nothing_is_told_by_its_exit_code(cache, script):
    with pytest.raises(RunFailed, match="exit code 7"):
        files.model_file("tiny", "torchscript", python=script("exit 7"))


def test_an_interpreter_that_is_not_there_is_said(cache, tmp_path):
    with pytest.raises(FrameworkMissing, match="No such file"):
        files.model_file("tiny", "torchscript", python=str(tmp_path / "none"))


def test_another_interpreter_sees_the_package_alone(cache, script):
    with pytest.raises(RunFailed) as caught:
        files.model_file("tiny", "torchscript", python=script('ls -A "$PYTHONPATH" | paste -s >&2; exit 1'))
    assert caught.value.title == "cannot write tiny as torchscript: edgetop"


def test_what_needs_no_framework_is_written_by_our_own_interpreter(cache, script):
    assert files.model_file("tiny", "tflite", python=script("exit 1")).paths


def test_what_a_killed_process_left_is_swept_after_an_hour(cache):
    old, new = cache / ".writing-old", cache / ".writing-new"
    old.mkdir(parents=True)
    new.mkdir()
    hours_ago = time.time() - 2 * files.STALE_S
    os.utime(old, (hours_ago, hours_ago))
    files.model_file("tiny", "tflite")
    assert not old.exists()
    assert new.exists()


def test_a_writer_is_ended_when_it_is_no_longer_wanted_and_leaves_nothing(cache, script):
    with pytest.raises(Interrupted):
        files.model_file("tiny", "torchscript", python=script("sleep 600"), interrupted=lambda: True)
    assert not list(cache.iterdir())


def test_a_writer_that_hangs_is_ended_and_named(cache, script, monkeypatch):
    monkeypatch.setattr(files, "LIMIT_S", 0.2)
    with pytest.raises(DeadlineExceeded, match="writing tiny as torchscript"):
        files.model_file("tiny", "torchscript", python=script("sleep 600"))
    assert not list(cache.iterdir())
