"""The main job, as a user does it: pick, run, record, quit, replay, seek."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgetop.sessions.reader import SessionReader

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
CAT = re.compile(r"(tiger cat|tabby|Egyptian cat)")
FIGURES = re.compile(r"p90\s+([a-z]+ )?\d")
"""A letter before a figure says that there is something to know of it."""


def figures(path, *arguments):
    """The final figures of a session, by a replay without a screen."""
    done = subprocess.run([EDGETOP, "replay", str(path), "--json", "-"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def is_worker(pid):
    return b"edgetop.measure.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_pick_run_record_quit_replay_seek(edgetop, sessions):
    picker = edgetop(EDGETOP_RUN_FRAMEWORKS="litert,null")
    picker.wait_for("1 Choose")  # the first start here
    picker.type("\r")
    picker.wait_for(lambda: re.search(r"LiteRT\s+‹xnnpack›\s+2\.", picker.text))
    picker.type("\r")
    picker.wait_for("running")
    picker.wait_for(lambda: CAT.search(picker.text))
    picker.wait_for(lambda: FIGURES.search(picker.text))
    picker.type("m")
    picker.type("q")
    assert picker.exit_code() == 0, picker.text
    assert picker.is_restored()
    (path,) = sessions()
    assert str(path) in picker.text.replace("\n", "")
    assert not path.with_name(path.name + "-wal").exists()

    final = figures(path)
    lite = final["results"][0]
    assert CAT.search(lite["outputs"]["top5"][0][0])

    replay = edgetop("replay", path)
    replay.wait_for("Latency")
    replay.type("++++")
    shown = f"{lite['latency_s']['n']}"
    replay.wait_for(lambda: re.search(rf"samples\s+{shown}\b", replay.text))
    replay.wait_for(lambda: CAT.search(replay.text))
    replay.wait_for("■ ended")
    replay.type("-" * 4 + " ")  # at its end it plays again, from the beginning
    replay.wait_for(lambda: not re.search(rf"samples\s+{shown}\b", replay.text))
    replay.type("+" * 4)
    replay.wait_for(lambda: re.search(rf"samples\s+{shown}\b", replay.text))
    replay.type("j" * 3 + "[" * 3)
    replay.wait_for(lambda: not re.search(rf"samples\s+{shown}\b", replay.text))
    replay.type("q")
    assert replay.exit_code() == 0
    assert replay.is_restored()


def test_run_begins_at_once_and_ctrl_c_keeps_the_recording(edgetop, tmp_path):
    path = tmp_path / "a.edgetop"
    run = edgetop("run", "tiny", "--on", "null,litert", "--input", "noise", "--record", path, size=(80, 24))
    run.wait_for("running")
    run.wait_for(lambda: FIGURES.search(run.text))
    run.type("\x03")
    assert run.exit_code() == 130
    assert run.is_restored()
    assert figures(path)["results"][0]["latency_s"]["n"] > 459


def test_a_worker_that_is_killed_leaves_the_screen_and_the_other_run(edgetop, descendants, tmp_path):
    path = tmp_path / "a.edgetop"
    run = edgetop("run", "tiny", "--on", "null,litert", "--input", "noise", "--record", path)
    run.wait_for(lambda: FIGURES.search(run.text))
    worker = next(pid for pid in descendants(run.pid) if is_worker(pid))
    os.kill(worker, signal.SIGSEGV)
    run.wait_for("failed")
    run.wait_for("SIGSEGV")
    run.type("q")
    assert run.exit_code() == 1
    assert run.is_restored()
    told = figures(path)
    assert {result["status"] for result in told["results"]} == {"failed", "done"}


def test_bad_input_is_refused_in_one_line_and_the_terminal_is_as_it_was(edgetop, sessions):
    run = edgetop("run", "mobilenet_v9")
    assert run.exit_code() == 2
    assert run.is_restored() or b"\x1b[?1049h" not in run.seen
    assert "no model named 'mobilenet_v9'" in run.text.replace("\n", "")
    assert not sessions()


def test_a_lost_connection_ends_it_and_closes_the_recording(edgetop, tmp_path):
    path = tmp_path / "a.edgetop"
    run = edgetop("run", "tiny", "--on", "null", "--input", "noise", "--record", path)
    run.wait_for(lambda: FIGURES.search(run.text))
    began = time.monotonic()
    run.hang_up()
    assert run.exit_code() == 129
    print(f"ended after {time.monotonic() - began:.2f} s")
    assert figures(path)["results"][0]["status"] == "done"
    assert not path.with_name(path.name + "-wal").exists()


def test_output_that_is_no_terminal_gives_the_table(folders):
    arguments = [EDGETOP, "run", "tiny", "--on", "null", "--duration", "0.5"]
    done = subprocess.run(arguments, capture_output=True, text=True, env={**os.environ, **folders}, check=True)
    assert "p50" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_terminal_that_stalls_costs_no_sample(edgetop, tmp_path):
    path = tmp_path / "a.edgetop"
    run = edgetop("run", "tiny", "--on", "null", "--input", "noise", "--record", path)
    run.wait_for(lambda: FIGURES.search(run.text))
    time.sleep(4)  # nobody reads: the line is full after a while
    run.type("q")
    assert run.exit_code() == 0
    with SessionReader(str(path)) as reader:
        assert not [e for batch in reader.batches(0, reader.duration_ns + 1) for e in batch.events if e.kind == "lost"]
        counts = {row.t_ns // 10**9: row.n for row in reader.overview(reader.latency_channel(0), 1000)}
    seconds = sorted(counts)
    assert seconds == list(range(seconds[0], seconds[-1] + 1))
    whole = [counts[second] for second in seconds[1:-1]]
    assert min(whole) > 1000


@pytest.fixture
def small_disk(tmp_path):
    """A folder with a disk of one megabyte of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_with_little_room_is_told_and_one_without_is_refused(small_disk, folders):
    def run(name, *options):
        command = [EDGETOP, "run", "tiny", "--on", "null", "--headless", "--duration", "1.5", "--record"]
        environment = {**os.environ, **folders}
        return subprocess.run(
            [*command, small_disk / name, *options], capture_output=True, text=True, env=environment, check=False
        )

    little = run("little.edgetop")
    assert little.returncode == 0
    assert "little room left" in little.stderr
    (small_disk / "fill").write_bytes(b"x" * (900 << 10))
    full = run("full.edgetop")
    assert full.returncode == 2
    assert "No room is left" in full.stderr and len(full.stderr.splitlines()) == 1
    assert not (small_disk / "full.edgetop").exists()
    (result,) = figures(small_disk / "little.edgetop")["results"]
    assert result["status"] == "done"
    assert any("samples are missing" in warning for warning in result["warnings"])


def test_the_browser_searches_replays_comes_back_and_deletes(edgetop, sessions, folders):
    for model in ("tiny", "gemm_256"):
        command = [EDGETOP, "run", model, "--on", "null", "--duration", "0.3", "--headless"]
        subprocess.run(command, env={**os.environ, **folders}, check=True, capture_output=True)
    gemm, tiny = sorted(sessions(), key=lambda path: "tiny" in path.name)
    browser = edgetop("sessions", size=(80, 24))
    browser.wait_for("2 sessions")
    browser.type("/")
    browser.wait_for("name, model, framework")
    browser.type("tiny\r")
    browser.wait_for(lambda: "gemm" not in browser.text and "p50" in browser.text)
    browser.type("\r")
    browser.wait_for("Latency")
    browser.wait_for("ended")
    browser.type("\x1b")
    browser.wait_for("Sessions")
    browser.wait_for(lambda: "tiny" in browser.text and "gemm" not in browser.text)
    browser.type("d")
    browser.wait_for("cannot be had back")
    browser.type("y")
    browser.wait_for("1 session ")
    assert not tiny.exists() and gemm.exists()
    browser.type("q")
    assert browser.exit_code() == 0
    assert browser.is_restored()
