"""Which interpreter serves a framework: --python before the settings before an environment that was made."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from edgetop.backends.serving import OURS, Server, serving
from edgetop.environments import Environment, describe, environments, folder, interpreter
from edgetop.errors import UnknownName, UsageError


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def make(framework):
    os.makedirs(folder(framework))
    describe(Environment(framework, interpreter(framework), "3.11.2", ("numpy 1.26.4",)))


def test_an_option_comes_before_the_settings_and_these_before_an_environment():
    for name in ("litert", "tflite", "torch"):
        make(name)
    served = serving({"litert": "/opt/a", "tflite": "/opt/b"}, ["litert=/opt/c", "ncnn=/opt/d=e"])
    assert served == {
        "litert": Server("/opt/c", "--python"),
        "tflite": Server("/opt/b", "settings"),
        "torch": Server(interpreter("torch"), "env"),
        "ncnn": Server("/opt/d=e", "--python"),
    }


def test_half_an_environment_serves_nobody():
    os.makedirs(folder("litert"))
    make("torch")
    with open(os.path.join(folder("torch"), "edgetop-environment.json"), "w") as file:
        file.write('{"python_version": "3.11')
    assert serving({}) == {} and environments() == ()


@pytest.mark.parametrize("given", ["litert", "litert=", "=/opt/python", ""])
def test_what_is_no_name_and_path_is_refused(given):
    with pytest.raises(UsageError, match="NAME=PATH"):
        serving({}, [given])


def test_an_unknown_framework_is_refused():
    with pytest.raises(UnknownName, match="lite_rt") as refused:
        serving({}, ["lite_rt=/opt/python"])
    assert "litert" in refused.value.hint
    with pytest.raises(UnknownName, match="corral"):
        serving({"corral": "/opt/python"})


def test_a_path_is_made_absolute_and_its_links_are_left(tmp_path, monkeypatch):
    (tmp_path / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("PATH", str(tmp_path))
    paths = {"litert": "./python", "tflite": "~/python", "torch": "python"}
    served = serving(paths)
    here = str(tmp_path / "python")
    assert [served[name].python for name in paths] == [here, "/home/somebody/python", here]


def test_a_title_tells_version_path_and_who_says_so(tmp_path):
    assert Server("/opt/python", "settings").title == "Python at /opt/python (settings)"
    assert OURS.version == ".".join(map(str, sys.version_info[:3]))


def test_asking_who_serves_imports_no_numpy():
    program = (
        "import sys; from edgetop.backends.serving import serving\n"
        "serving({'litert': 'x'}); print('numpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
