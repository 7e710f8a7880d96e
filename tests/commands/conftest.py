"""The installed command, run without a terminal, with folders of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EDGETOP = str(Path(sys.executable).with_name("edgetop"))


@pytest.fixture(scope="session")
def edgetop_in():
    """Makes the ``edgetop`` of a folder, where it runs and where its user's folders are."""

    def settle(folder):
        folders = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}

        def run(*arguments, timeout=120, **variables):
            return subprocess.run(
                [EDGETOP, *map(str, arguments)],
                env={**os.environ, **folders, **variables},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )

        return run

    return settle


@pytest.fixture
def edgetop(edgetop_in, tmp_path):
    """Runs ``edgetop ARGUMENTS`` and gives the completed process."""
    return edgetop_in(tmp_path)


@pytest.fixture
def refused():
    """Asserts that a process was refused in one line, with this exit code, and gives the line."""

    def check(done, code=2):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        assert done.returncode == code, done.stderr
        assert len(lines) == 1, done.stderr
        assert lines[0].startswith("edgetop: ")
        assert "Traceback" not in done.stderr
        return lines[0]

    return check
