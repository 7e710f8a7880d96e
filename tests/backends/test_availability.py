"""Whether a framework runs here: what its child process may do to it, and what is remembered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from edgetop.backends import tvm_relax
from edgetop.backends.availability import availabilities, availability
from edgetop.backends.base import Availability
from edgetop.backends.importing import import_framework
from edgetop.backends.registry import backend
from edgetop.environments import PINS, Pins
from edgetop.errors import FrameworkMissing, UnknownName
from edgetop.plan import ModelFile
from edgetop.readings import Missing


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "edgetop" / "frameworks.json"


@pytest.fixture
def interpreter(tmp_path):
    """An interpreter with numpy that counts its proofs, and does as it is told in place of each."""
    (tmp_path / "site-packages").mkdir()

    class Interpreter:
        path = str(tmp_path / "python")
        packages = str(tmp_path / "site-packages")

        def __init__(self, script):
            said = {"version": "3.11.2", "numpy": "1.26.4", "trouble": "", "folders": [self.packages]}
            with open(self.path, "w") as file:
                file.write(f"#!/bin/sh\n[ $1 = -c ] && echo '{json.dumps(said)}' && exit\n")
                file.write(f'echo . >> "{self.path}.starts"\n{script}\n')
            os.chmod(self.path, 0o755)

        @property
        def starts(self):
            with open(f"{self.path}.starts") as file:
                return len(file.readlines())

    return Interpreter


VERSION = """echo 'noise of a framework'; echo '{"version": "1.2"}'"""
ABSENT = """echo '{"missing": "not installed", "hint": "pip install it"}'"""
MISSING = """echo '{"missing": "no device", "hint": "plug one in"}'"""


def test_a_framework_that_runs_a_tiny_model_tells_its_version():
    assert availability("null") == Availability(backend("null").version())


@pytest.mark.parametrize(
    "framework", ["litert", "tflite", "torch", "caffe", "onnxruntime", "ncnn", "openvino", "tvm", "numpy"]
)
def test_a_real_framework_is_proven_in_a_child(framework, need):
    need(framework)
    assert isinstance(availability(framework, timeout_s=60).version, str)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (ABSENT, "not installed"),
        (MISSING, "no device"),
        ("kill -SEGV $$", "SIGSEGV"),
        ("kill -ABRT $$", "SIGABRT"),
        (f"kill -{signal.SIGRTMIN + 3} $$", "SIGRTMIN+3"),
        ("echo 'it is broken' >&2; exit 1", "it is broken"),
        ("echo 'not json'; exit 0", "no answer"),
        ("echo '[1]'; exit 0", "no answer"),
        ("printf '\\377\\376' >&2; exit 3", "no answer"),
        ("exit 0", "no answer"),
    ],
)
def test_whatever_happens_to_the_child_is_the_reason(script, reason, interpreter):
    version = availability("litert", interpreter(script).path).version
    assert isinstance(version, Missing)
    assert reason in version.reason
    assert version.hint


def test_a_child_that_hangs_is_missing(interpreter):
    version = availability("litert", interpreter("exec sleep 60").path, timeout_s=0.2).version
    assert isinstance(version, Missing)
    assert "0.2 s" in version.reason


def test_an_interpreter_that_is_not_there_is_missing(tmp_path):
    version = availability("litert", str(tmp_path / "nowhere")).version
    assert isinstance(version, Missing)
    assert "no interpreter at" in version.reason and version.hint


def test_an_unknown_framework_is_refused():
    with pytest.raises(UnknownName, match="nonesuch"):
        availability("nonesuch")


def test_a_success_is_remembered_and_starts_nothing(interpreter):
    python = interpreter(VERSION)
    assert availability("litert", python.path) == availability("litert", python.path) == Availability("1.2")
    assert python.starts == 1


def test_a_failure_is_found_out_anew(interpreter):
    python = interpreter(MISSING)
    availability("litert", python.path)
    availability("litert", python.path)
    assert python.starts == 2


@pytest.mark.parametrize("script", [VERSION, ABSENT])
def test_a_package_that_comes_or_goes_is_found_out(script, interpreter):
    python = interpreter(script)
    first = availability("litert", python.path)
    assert availability("litert", python.path) == first
    assert python.starts == 1
    os.utime(python.packages, ns=(1, 1))
    assert availability("litert", python.path) == first
    assert python.starts == 2


def test_another_file_in_place_of_the_interpreter_is_asked_again(interpreter):
    python = interpreter(VERSION)
    availability("litert", python.path)
    os.utime(python.path, ns=(1, 1))
    availability("litert", python.path)
    assert python.starts == 2


def test_another_version_of_numpy_is_asked_again(monkeypatch):
    asked = []
    monkeypatch.setattr("edgetop.backends.availability._ask_child", lambda *_: asked.append(1) or {"version": "1.2"})
    availability("litert")
    availability("litert")
    assert len(asked) == 1
    monkeypatch.setattr("edgetop.backends.availability._installed", lambda _: "99")
    availability("litert")
    assert len(asked) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"litert": 3}', "\x00"])
def test_a_damaged_memory_is_ignored_and_replaced(damage, interpreter, cache):
    python = interpreter(VERSION)
    availability("litert", python.path)
    cache.write_text(damage)
    assert availability("litert", python.path) == Availability("1.2")
    assert availability("litert", python.path) == Availability("1.2")
    assert python.starts == 2


def test_a_memory_that_cannot_be_written_is_done_without(interpreter, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert availability("litert", interpreter(VERSION).path) == Availability("1.2")


def test_several_are_told_as_each_becomes_known(interpreter):
    known = []
    python = interpreter(VERSION).path
    pythons = {"litert": python, "torch": python}
    found = availabilities(("litert", "null", "torch"), pythons, lambda name, found: known.append((name, found)))
    assert list(found) == ["litert", "null", "torch"]
    assert dict(known) == found
    assert found["litert"] == Availability("1.2")


def test_neither_listing_nor_a_remembered_proof_imports_a_framework(need):
    need("litert")
    availability("litert")
    script = (
        "import sys; from edgetop.backends.availability import availability; from edgetop.backends.registry import *\n"
        "assert isinstance(availability('litert').version, str)\n"
        "shown = [(backend(name).title, backend(name).variants) for name in names()]\n"
        "print(*(set(sys.modules) & {'ai_edge_litert', 'tflite_runtime', 'torch', 'cv2'}))\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


def test_what_is_not_installed_in_another_interpreter_is_not_to_be_installed_in_ours(interpreter):
    version = availability("litert", interpreter(ABSENT).path).version
    assert isinstance(version, Missing)
    assert version.hint.endswith("edgetop env create litert")


def test_a_framework_without_packages_for_our_python_gets_one_of_its_own(monkeypatch):
    absent = subprocess.CompletedProcess([], 0, b'{"missing": "not installed", "hint": "pip install it"}', b"")
    monkeypatch.setattr("edgetop.backends.availability.subprocess.run", lambda *_, **__: absent)
    monkeypatch.setitem(PINS, "tflite", Pins((), newest=(3, 8)))
    assert availability("litert").version == Missing("not installed", "pip install it")
    assert availability("tflite").version == Missing(
        "not installed", "It has packages for Python 3.9 to 3.8: edgetop env create tflite"
    )


def test_a_module_that_is_not_installed_names_the_extra():
    missing = import_framework("edgetop_nonesuch.deeper", "litert")
    assert missing == Missing("not installed", "pip install 'edgetop[litert]'")


def test_of_tvm_and_onnx_the_one_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        FrameworkMissing, match="TVM reads ONNX files by the Python package onnx: not installed"
    ) as told:
        tvm_relax._onnx()
    assert told.value.hint.endswith("-m pip install onnx")


def test_tflite_beside_numpy_2_is_missing_with_both_ways_out(need, monkeypatch):
    need("tflite")
    monkeypatch.setattr(np, "__version__", "2.1.0")
    version = backend("tflite").probe().version
    assert isinstance(version, Missing)
    assert version.reason == "needs numpy 1, and numpy 2.1.0 is installed"
    assert "numpy<2" in version.hint
    with pytest.raises(FrameworkMissing, match="numpy 1"):
        backend("tflite").load(ModelFile(("any",), "tflite", "any"), None)
