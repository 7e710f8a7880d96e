"""A measurement that outlives its screen: left, killed or hung up, it goes on, and a screen comes back to it."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from edgetop.sessions.reader import SessionReader

RUN = ("run", "tiny", "--on", "null", "--input", "noise", "--detach")


@pytest.fixture
def place(tmp_path, folders, monkeypatch):
    """A runtime folder of the test's own; whatever still measures there afterwards is ended."""
    runtime = tmp_path / "run"
    runtime.mkdir()
    folders["XDG_RUNTIME_DIR"] = str(runtime)
    yield runtime / "edgetop"
    for pid in engines(runtime):
        os.kill(pid, signal.SIGKILL)


def engines(runtime):
    """Processes whose runtime folder this is, and which serve a socket in it."""
    wanted = f"XDG_RUNTIME_DIR={runtime}\0".encode()
    for entry in Path("/proc").iterdir():
        try:
            serves = entry.name.isdigit() and b"--serve=" in (entry / "cmdline").read_bytes()
            if serves and wanted in (entry / "environ").read_bytes():
                yield int(entry.name)
        except OSError:
            continue


def samples(terminal):
    found = re.search(r"samples\s+([\d ]+\d)", terminal.text)
    return int(found[1].replace(" ", "")) if found else 0


def wait_for(condition, seconds=15.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_hung_up_and_left_it_goes_on_and_a_screen_comes_back(edgetop, place, sessions):
    first = edgetop(*RUN, size=(80, 24))
    first.wait_for("▶ running")
    first.wait_for(lambda: samples(first) > 0)
    before = samples(first)
    os.kill(first.pid, signal.SIGKILL)
    (pid,) = engines(place.parent)

    second = edgetop("attach", size=(80, 24))
    second.wait_for(lambda: samples(second) > before)
    second.hang_up()
    second.exit_code()

    third = edgetop("attach", "tiny", size=(80, 24))
    third.wait_for(lambda: samples(third) > before)
    third.type("q")
    third.wait_for("Leave it running")
    third.type("l")
    assert third.exit_code() == 0, third.text
    assert "goes on" in third.text
    assert list(engines(place.parent)) == [pid]

    last = edgetop("attach", size=(80, 24))
    last.wait_for("▶ running")
    last.type("q")
    last.wait_for("Leave it running")
    last.type("s")
    assert last.exit_code() == 0, last.text
    wait_for(lambda: not list(engines(place.parent)))
    assert list(place.iterdir()) == []
    (path,) = sessions()
    with SessionReader(str(path)) as reader:
        assert reader.closed
        assert reader.duration_ns > 2e9
        seconds = [batch for batch in reader.batches(0, reader.duration_ns) if batch.samples]
    assert len(seconds) >= reader.duration_ns // 10**9 - 3


def test_without_a_terminal_it_begins_and_a_signal_ends_it(edgetop, place, sessions, folders):
    command = [edgetop.command, *RUN]
    environment = {**os.environ, **folders}
    begun = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (begun.returncode, "edgetop attach tiny" in begun.stderr) == (0, True), begun.stderr
    again = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "edgetop attach tiny-2" in again.stderr
    several = subprocess.run(
        [edgetop.command, "attach"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (several.returncode, "tiny, tiny-2" in several.stderr) == (2, True), several.stderr
    killed, ended = sorted(engines(place.parent))
    os.kill(killed, signal.SIGKILL)
    os.kill(ended, signal.SIGTERM)
    wait_for(lambda: not list(engines(place.parent)))
    gone = subprocess.run(
        [edgetop.command, "attach"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert gone.returncode == 2
    assert "tiny has ended without a word" in gone.stderr and "Nothing is being measured" in gone.stderr
    assert list(place.iterdir()) == []
    assert sorted(_is_closed(path) for path in sessions()) == [False, True]


def _is_closed(path):
    with SessionReader(str(path)) as reader:
        return reader.closed


def test_a_plan_that_is_refused_is_told_at_once(place, folders, edgetop):
    refused = subprocess.run(
        [edgetop.command, "run", "tiny", "--on", "null", "--input", "/gone.jpg", "--detach"],
        env={**os.environ, **folders},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert "gone.jpg" in refused.stderr
    wait_for(lambda: not list(engines(place.parent)))
