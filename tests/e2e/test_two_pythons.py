"""What cannot be installed together is measured in one session: tflite-runtime on numpy 1, LiteRT on numpy 2."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgetop.backends.interpreters import examine
from edgetop.errors import BadInterpreter
from edgetop.sessions.reader import SessionReader

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
ROOT = Path(__file__).parent.parent.parent
PYTHONS = os.environ.get("EDGETOP_TEST_PYTHONS", f"{ROOT}/.venv-3.9/bin/python:{ROOT}/.venv-3.13/bin/python")
NUMPY = re.compile(r" (/\S*/site-packages)/numpy/")


@pytest.fixture(scope="module")
def pythons():
    """Framework to an interpreter that has it: tflite's is Python 3.9 with numpy 1, LiteRT's 3.11 or newer with 2."""
    found = {}
    for python in PYTHONS.split(os.pathsep):
        with contextlib.suppress(BadInterpreter):
            looked_at = examine(python, "tflite")
            if looked_at.series == (3, 9) and looked_at.numpy.startswith("1."):
                found["tflite"] = python
            elif looked_at.series >= (3, 11) and looked_at.numpy.startswith("2."):
                found["litert"] = python
    if len(found) < 2:
        pytest.skip("needs a Python 3.9 with numpy 1 and a 3.11 or newer with numpy 2, as `make other-pythons` makes")
    return found


def numpys_of(pids):
    """The folders from which these processes have numpy loaded."""
    loaded = set()
    for pid in pids:
        with contextlib.suppress(OSError):  # it has just ended
            if b"edgetop.measure.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                loaded.update(NUMPY.findall(Path(f"/proc/{pid}/maps").read_text()))
    return loaded


def test_two_pythons_with_two_numpys_are_measured_side_by_side(pythons, folders, descendants, tmp_path):
    session, result = tmp_path / "a.edgetop", tmp_path / "result.json"
    where = [f"--python={framework}={python}" for framework, python in pythons.items()]
    command = [EDGETOP, "run", "efficientnet_lite0", "--on", "tflite,litert", "--threads", "1", "--count", "20"]
    command += [*where, "--record", str(session), "--json", str(result)]
    run = subprocess.Popen(command, env={**os.environ, **folders}, stderr=subprocess.PIPE, text=True)
    numpys, end = set(), time.monotonic() + 300
    while run.poll() is None:
        assert time.monotonic() < end
        with contextlib.suppress(OSError):
            numpys |= numpys_of(descendants(run.pid))
        time.sleep(0.01)
    assert run.returncode == 0, run.stderr.read()
    run.stderr.close()
    assert numpys == {str(Path(found)) for found in map(packages_of, pythons.values())}

    old, new = json.loads(result.read_text())["results"]
    assert old["latency_s"]["n"] >= 20 and new["latency_s"]["n"] >= 20
    assert old["outputs"]["top5"][0][0] == new["outputs"]["top5"][0][0]
    assert new["outputs"]["agrees_with"] or old["outputs"]["agrees_with"]
    reader = SessionReader(str(session))
    plan = reader.description.plan
    reader.close()
    assert {spec.framework: spec.python for spec in plan.runs} == pythons


def packages_of(python):
    """Where numpy is, as an interpreter tells."""
    program = "import os, numpy; print(os.path.dirname(os.path.dirname(numpy.__file__)))"
    return subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
