from __future__ import annotations

import os
import signal
import subprocess
import sys
import venv

import pytest

from edgetop import isolate

PROBE = """
import edgetop
print(edgetop.__file__)
try:
    import numpy
    print("numpy")
except ImportError:
    print("none")
"""


@pytest.fixture(scope="module")
def other_python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")


def seen_by(python, **options):
    command = [python or sys.executable, "-c", PROBE]
    child = subprocess.run(
        command, env=isolate.environment(python), check=True, capture_output=True, text=True, **options
    )
    return child.stdout.split("\n")


def test_another_interpreter_finds_the_package_but_not_our_libraries(other_python, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    where, numpy, _ = seen_by(other_python)
    assert where.endswith("edgetop/__init__.py")
    assert numpy == "none"


def test_our_own_interpreter_keeps_its_libraries(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert seen_by("")[1] == "numpy"
    assert str(tmp_path) in isolate.environment("")["PYTHONPATH"].split(os.pathsep)
    assert str(tmp_path) not in isolate.environment("/opt/bin/python3.9")["PYTHONPATH"].split(os.pathsep)


def test_ours_by_its_path_is_not_another():
    assert not isolate.is_other("")
    assert not isolate.is_other(sys.executable)


def test_the_private_folder_holds_the_package_alone_and_goes_with_the_process():
    assert os.listdir(isolate.package_folder()) == ["edgetop"]
    program = "from edgetop import isolate; print(isolate.package_folder())"
    child = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert not os.path.exists(child.stdout.strip())


def test_every_end_of_a_child_has_words():
    words = [isolate.ended_by(code) for code in (0, 7, -signal.SIGKILL, -signal.SIGRTMIN, -signal.SIGRTMAX)]
    assert words == ["exit code 0", "exit code 7", "SIGKILL", "SIGRTMIN", "SIGRTMAX"]
    assert len({isolate.ended_by(-number) for number in range(1, signal.SIGRTMAX + 1)}) == signal.SIGRTMAX
