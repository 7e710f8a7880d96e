"""The installed ``edgetop`` in a pseudo-terminal, with folders of its own."""

import sys
from pathlib import Path

import pytest

EDGETOP = str(Path(sys.executable).with_name("edgetop"))


@pytest.fixture
def folders(tmp_path):
    """Environment with the user's folders in a fresh place; the model cache is shared, as on a used machine."""
    names = ("data", "config", "state")
    return {f"XDG_{name.upper()}_HOME": str(tmp_path / name) for name in names}


@pytest.fixture
def sessions(tmp_path):
    """The session files recorded so far, oldest first."""
    return lambda: sorted((tmp_path / "data" / "edgetop" / "sessions").glob("*.edgetop"))


@pytest.fixture
def edgetop(open_terminal, folders):
    """``edgetop ARGUMENTS`` in a terminal of ``size``."""

    def open_it(*arguments, size=(120, 40), **environment):
        return open_terminal([EDGETOP, *map(str, arguments)], size=size, environment={**folders, **environment})

    def in_shell(line, **options):
        return open_terminal(["sh", "-c", line], size=(120, 40), environment={**folders, **options})

    def interactive():
        return open_terminal(
            ["bash", "--norc", "--noprofile", "-i"], size=(120, 40), environment={**folders, "PS1": "$ "}
        )

    open_it.command = EDGETOP
    open_it.in_shell = in_shell
    open_it.interactive = interactive
    return open_it


@pytest.fixture
def descendants():
    """Gives a process and all below it: the screen or engine first, its workers last."""

    def below(pid):
        found = [pid]
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += below(int(child))
        return found

    return below
