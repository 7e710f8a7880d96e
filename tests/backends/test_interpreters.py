"""An interpreter is looked at before a worker is started in it: each fault in a sentence of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv

import numpy as np
import pytest

from edgetop.backends.interpreters import examine, known
from edgetop.errors import BadInterpreter
from edgetop.isolate import environment

NUMPY = "__version__ = '1.26.4'\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def program(tmp_path):
    """Writes an executable script in place of an interpreter and gives its path."""

    def write(script, mode=0o755):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(mode)
        return str(path)

    return write


def answer(version="3.11.2", numpy="1.26.4", trouble="", folders=()):
    said = {"version": version, "numpy": numpy, "trouble": trouble, "folders": list(folders)}
    return f"echo '{json.dumps(said)}'"


@pytest.fixture
def real(tmp_path):
    """A real interpreter without any package, and the folder that they would go to."""
    venv.create(tmp_path / "real", with_pip=False, symlinks=True)
    (packages,) = (tmp_path / "real" / "lib").glob("*/site-packages")
    return str(tmp_path / "real" / "bin" / "python"), packages


def refusal(python, framework="tflite"):
    with pytest.raises(BadInterpreter) as refused:
        examine(python, framework)
    assert refused.value.exit_code == 2
    assert refused.value.hint
    return refused.value


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("true", "is not a Python"),
        ("echo hello", "is not a Python"),
        ("echo '[3]'", "is not a Python"),
        (answer(version="new"), "is not a Python"),
        (answer(version="2.7.18"), "is Python 2.7.18, and a worker needs 3.9 or newer"),
        (answer(version="3.8.10"), "is Python 3.8.10, and a worker needs 3.9 or newer"),
        (answer(numpy=""), "(Python 3.11.2) has no numpy"),
        (answer(numpy="", trouble="libopenblas.so.0: cannot open"), "does not load: libopenblas.so.0"),
    ],
)
def test_what_cannot_run_a_worker_is_refused_in_a_sentence_of_its_own(script, says, program):
    python = program(script)
    error = refusal(python)
    assert says in error.title and python in error.title


def test_a_path_that_leads_to_no_program_is_refused(tmp_path, program):
    assert "no interpreter at" in refusal(str(tmp_path / "nowhere")).title
    assert "may not be executed" in refusal(program("true", mode=0o644)).title
    assert "is a folder" in refusal(str(tmp_path)).title


def test_a_folder_of_an_environment_names_the_interpreter_in_it(real):
    python, _ = real
    assert refusal(os.path.dirname(os.path.dirname(python))).hint == f"Name {python}"


def test_one_that_hangs_is_ended(program, monkeypatch):
    monkeypatch.setattr("edgetop.backends.interpreters.LIMIT_S", 0.2)
    assert "gave no answer in 0.2 s" in refusal(program("exec sleep 60")).title


def test_an_environment_that_edgetop_made_is_to_be_made_anew(tmp_path):
    python = tmp_path / "data" / "edgetop" / "envs" / "tflite" / "bin" / "python"
    assert "edgetop env create tflite --again" in refusal(str(python)).hint


def test_a_real_one_needs_numpy_and_is_found_out_when_it_comes_and_goes(real):
    python, packages = real
    assert "has no numpy" in refusal(python).title
    (packages / "numpy.py").write_text(NUMPY)
    found = examine(python, "tflite")
    assert (found.numpy, found.version) == ("1.26.4", ".".join(map(str, sys.version_info[:3])))
    assert str(packages) in found.folders
    (packages / "numpy.py").unlink()
    assert known(python) is None
    assert "has no numpy" in refusal(python).title


def test_a_numpy_that_does_not_load_is_told(real):
    python, packages = real
    (packages / "numpy.py").write_text("import numpy_core_that_is_not_there")
    assert "does not load: No module named 'numpy_core_that_is_not_there'" in refusal(python).title


def test_our_numpy_is_not_taken_for_that_of_another(real, monkeypatch):
    python, _ = real
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    assert "has no numpy" in refusal(python).title


def test_what_stands_where_the_user_stands_is_not_imported(real, tmp_path, monkeypatch):
    python, packages = real
    (packages / "numpy.py").write_text(NUMPY)
    (tmp_path / "json.py").write_text("raise SystemExit('a stray file')")
    monkeypatch.chdir(tmp_path)
    assert examine(python, "tflite").numpy == "1.26.4"


def test_it_is_started_once(program, tmp_path):
    python = program(f"echo . >> {tmp_path}/starts; {answer()}")
    assert known(python) is None
    assert examine(python, "tflite") == examine(python, "litert") == known(python)
    assert (tmp_path / "starts").read_text() == ".\n"


def test_ours_needs_no_look():
    ours = examine("", "litert")
    assert (ours.python, ours.numpy) == (sys.executable, np.__version__)


def test_the_question_is_understood_by_old_pythons():
    # Parsed as Python 3.4 would be, the oldest that this one can parse.
    import ast

    from edgetop.backends.interpreters import _QUESTION

    ast.parse(_QUESTION, feature_version=(3, 4))
    said = subprocess.run([sys.executable, "-c", _QUESTION], env=environment(""), capture_output=True, check=True)
    assert json.loads(said.stdout.splitlines()[-1])["numpy"]
