"""The installed command and its engine in a real terminal: every way in which they can be ended or disturbed.

tests/app/test_lifecycle.py has the same, and more, of the screen with an engine that is scripted.
"""

import contextlib
import fcntl
import json
import os
import random
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from edgetop.samples import Batch, Event
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

FIGURES = re.compile(r"p90\s+([a-z]+ )?\d")
SIZES = [(1, 1), (5, 2), (20, 5), (40, 10), (60, 16), (80, 24), (120, 40), (300, 100)]
EVENTS = 10_000


@pytest.fixture
def measuring(edgetop, tmp_path):
    """The screen over a run that is recorded, once it has figures; ``path`` is the recording."""

    def open_one(*options, wait=True, **how):
        path = tmp_path / "a.edgetop"
        run = edgetop("run", "tiny", "--on", "null", "--input", "noise", "--record", path, *options, **how)
        run.path = path
        if wait:
            run.wait_for(lambda: FIGURES.search(run.text))
        return run

    return open_one


def is_closed(path, within_s=15.0):
    """Whether the recording is closed, and has samples; an engine outlives a screen that is killed a little."""
    end = time.monotonic() + within_s
    while path.with_name(path.name + "-wal").exists() and time.monotonic() < end:
        time.sleep(0.05)
    with SessionReader(str(path)) as reader:
        rows = reader.overview(reader.latency_channel(0), 1000)
        return reader.closed and sum(row.n for row in rows) > 100


def resize(term, columns, rows):
    term.screen.resize(rows, columns)
    fcntl.ioctl(term.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 130)],
)
def test_a_signal_gives_the_terminal_back_and_closes_the_recording(measuring, number, code):
    run = measuring()
    run.kill(number)
    assert run.exit_code() == code
    assert run.is_restored()
    assert is_closed(run.path)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_screen_that_is_killed_leaves_the_terminal_to_the_shell_as_it_was(edgetop, descendants, tmp_path, number):
    path = tmp_path / "a.edgetop"
    line = shlex.join([edgetop.command, "run", "tiny", "--on", "null", "--input", "noise", "--record", str(path)])
    shell = edgetop.in_shell(f"{line}; echo code $?; read line; echo read $line")
    shell.wait_for(lambda: FIGURES.search(shell.text))
    assert shell.modes != shell.modes_before
    os.kill(descendants(shell.pid)[1], number)
    shell.wait_for(f"code {128 + number}")
    shell.wait_for(shell.is_restored)
    shell.wait_for("edgetop list sessions")
    shell.type("hello\r")  # a line, with its echo, and Enter is its end: the terminal's modes are sane
    shell.wait_for("read hello")
    assert shell.exit_code() == 0
    assert is_closed(path)


def test_nobody_is_left_behind(edgetop, descendants, measuring):
    run = measuring()
    family = descendants(run.pid)[1:]
    assert len(family) >= 3  # who keeps the terminal, the engine, a worker
    run.type("q")
    assert run.exit_code() == 0
    end = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in family):
        assert time.monotonic() < end, [Path(f"/proc/{pid}/cmdline").read_text() for pid in family]
        time.sleep(0.05)


def test_ctrl_z_and_fg_in_a_shell_with_job_control(edgetop, tmp_path):
    path = tmp_path / "a.edgetop"
    line = shlex.join([edgetop.command, "run", "tiny", "--on", "null", "--input", "noise", "--record", str(path)])
    shell = edgetop.interactive()
    shell.wait_for("$ ")
    before = shell.modes
    shell.type(f"{line}\r")
    shell.wait_for(lambda: FIGURES.search(shell.text))
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.wait_for(lambda: shell.modes == before)
    assert not shell.is_taken
    shell.screen.reset()
    shell.type("fg\r")
    shell.wait_for(lambda: FIGURES.search(shell.text))
    shell.wait_for(lambda: shell.is_taken)
    shell.type("q")
    # As it was written: the test's terminal has no second screen to go back from, and breaks the line anywhere.
    shell.wait_for(lambda: b"recorded in" in shell.seen)
    shell.wait_for(lambda: shell.modes == before)
    shell.type("exit\r")
    assert shell.exit_code() == 0
    assert is_closed(path)


def test_a_stray_continue_signal_does_no_harm(measuring):
    run = measuring()
    run.screen.reset()
    run.kill(signal.SIGCONT)
    run.wait_for(lambda: FIGURES.search(run.text))
    run.type("q")
    assert run.exit_code() == 0
    assert run.is_restored()


def test_a_lost_terminal_ends_it_where_hang_ups_are_ignored_too(edgetop, tmp_path):
    path = tmp_path / "a.edgetop"
    line = shlex.join([edgetop.command, "run", "tiny", "--on", "null", "--input", "noise", "--record", str(path)])
    run = edgetop.in_shell(f"trap '' HUP; exec {line}")
    run.wait_for(lambda: FIGURES.search(run.text))
    run.hang_up()
    assert run.exit_code() == 129
    assert is_closed(path)


def test_a_stalled_terminal_does_not_keep_a_signal_from_closing_the_recording(measuring):
    run = measuring()
    time.sleep(3)  # nobody reads
    run.kill(signal.SIGTERM)
    end = time.monotonic() + 15
    while run.path.with_name(run.path.name + "-wal").exists():  # still nobody
        assert time.monotonic() < end
        time.sleep(0.05)
    assert run.exit_code() == 143
    assert is_closed(run.path)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_at_any_size_it_draws_within_the_screen_and_ends_as_it_should(measuring, size):
    run = measuring(size=size, wait=False)
    run.wait_for(lambda: run.path.exists() and run.text.strip())
    columns, rows = size
    if columns >= 60 and rows >= 16:
        run.wait_for(lambda: FIGURES.search(run.text))
    placed = [(int(row), int(column)) for row, column in re.findall(rb"\x1b\[(\d+);(\d+)H", run.seen)]
    assert placed and all(row <= rows and column <= columns for row, column in placed)
    run.type("q")
    assert run.exit_code() == 0, run.text
    assert run.is_restored()


def test_a_storm_of_sizes_ends_in_the_screen_of_the_last(measuring):
    run = measuring(size=(120, 40))
    chance = random.Random(7)
    for _ in range(300):
        resize(run, chance.randint(1, 200), chance.randint(1, 60))
        run.pump(0.002)
    resize(run, 120, 40)
    run.wait_for(lambda: FIGURES.search(run.text) and "Latency" in run.text and run.screen.display[1].startswith("╭"))
    run.wait_for(lambda: all(len(row.rstrip()) == 120 for row in run.screen.display[1:30]))
    run.type("q")
    assert run.exit_code() == 0
    assert run.is_restored()
    assert is_closed(run.path)


def test_a_terminal_without_a_screen_is_refused(edgetop):
    run = edgetop("run", "tiny", "--on", "null", TERM="dumb", COLORTERM=None)
    assert run.exit_code() == 2
    assert "--headless" in run.text and b"\x1b[?1049h" not in run.seen
    assert run.modes == run.modes_before


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"TERM": "linux"},
    ],
    ids=["C locale", "latin-1", "console"],
)
def test_where_signs_are_missing_it_is_drawn_in_ascii(measuring, environment):
    run = measuring(**environment)
    assert run.seen.isascii()
    run.type("q")
    assert run.exit_code() == 0


def test_without_colours_it_is_drawn_in_shades(measuring):
    run = measuring(NO_COLOR="1")
    colours = {cell.fg for row in run.screen.buffer.values() for cell in row.values()} - {"default"}
    assert all(name[:2] == name[2:4] == name[4:] for name in colours if len(name) == 6)
    run.type("q")
    assert run.exit_code() == 0


def test_what_a_framework_writes_past_python_is_in_the_log_panel_alone(edgetop, unruly):
    run = edgetop("run", "tiny", "--on", "unruly:load-mumble", "--input", "noise", "--no-record")
    run.type("7")
    for text in ("from C", "from Python", "red and bell", "schöne Ausgabe", "100 %"):
        run.wait_for(text)
    assert all(sum(text in row for row in run.screen.display) == 1 for text in ("from C", "red and bell"))
    assert b"\x1b[31mred" not in run.seen and b" and \x07bell" not in run.seen
    run.type("q")
    assert run.exit_code() == 0
    assert run.is_restored()


@pytest.mark.parametrize("where", ["timer", "worker", "thread"])
def test_an_error_of_the_screens_gives_the_terminal_back_and_closes_the_recording(
    open_terminal, folders, tmp_path, where
):
    path = tmp_path / "a.edgetop"
    child = Path(__file__).parents[1] / "app" / "child_app.py"
    code = f"""
import runpy, sys
from edgetop.cli import main
runpy.run_path({str(child)!r})["fail_in"]({where!r}, lambda app: any(run.count > 500 for run in app._snapshot.runs))
sys.exit(main(["run", "tiny", "--on", "null", "--input", "noise", "--record", {str(path)!r}]))
"""
    run = open_terminal([sys.executable, "-c", code], size=(120, 40), environment=folders)
    assert run.exit_code() == 1
    assert run.is_restored()
    assert "edgetop: the screen failed (ValueError: out of place)" in run.text.replace("\n", "")
    assert "Traceback" not in run.text
    assert is_closed(path)


@pytest.fixture
def eventful(tmp_path, folders, edgetop):
    """A session with ten thousand markers."""
    path, full = tmp_path / "short.edgetop", tmp_path / "full.edgetop"
    command = [edgetop.command, "run", "tiny", "--on", "null", "--input", "noise", "--duration", "3", "--headless"]
    subprocess.run([*command, "--record", path], env={**os.environ, **folders}, check=True, capture_output=True)
    with SessionReader(str(path)) as reader, contextlib.closing(SessionWriter(str(full), reader.description)) as writer:
        t0 = reader.description.t0_mono_ns
        marks = tuple(
            Event(t0 + number * reader.duration_ns // EVENTS, "marker", {"text": f"mark {number}"})
            for number in range(EVENTS)
        )
        for batch in reader.batches(0, reader.duration_ns + 1):
            writer.add(batch)
        writer.add(Batch(t0 + reader.duration_ns, events=marks))
    return full


def test_ten_thousand_events_are_replayed_and_gone_through(edgetop, eventful):
    replay = edgetop("replay", eventful)
    replay.wait_for("■ ended")
    replay.type("N")
    replay.wait_for(lambda: f"mark {EVENTS - 1}" in replay.text or f"mark {EVENTS - 2}" in replay.text)
    replay.type("\x1b[H")  # home
    replay.type("n")
    replay.wait_for(lambda: re.search(r"mark \d\b", replay.text))
    replay.type("q")
    assert replay.exit_code() == 0
    assert replay.is_restored()


def test_ten_thousand_events_are_in_the_result(eventful, edgetop, folders):
    told = subprocess.run(
        [edgetop.command, "replay", eventful, "--json", "-"],
        env={**os.environ, **folders},
        check=True,
        capture_output=True,
    )
    assert json.loads(told.stdout)["results"][0]["latency_s"]["n"] > 100
