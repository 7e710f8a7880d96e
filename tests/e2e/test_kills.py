"""kill -9 at random moments: the session file opens, and no second that was acknowledged is lost."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgetop.sessions.reader import SessionReader

SEED = 20261124


def rounds(few, many):
    """A few moments to kill at, and more of them when there is time."""
    return [*range(few), *(pytest.param(each, marks=pytest.mark.slow) for each in range(few, many))]


def measuring(process, path):
    """Wait until samples are being recorded."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert process.poll() is None, process.stderr.read()
        if path.exists() and last_second(path) >= 1:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was recorded")


def last_second(path):
    """The newest second whose frame another process can see: the acknowledged one."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as db:
            return db.execute("select coalesce(max(sec), -1) from frame").fetchone()[0]
    except sqlite3.OperationalError:
        return -1
    finally:
        if "db" in locals():
            db.close()


@pytest.mark.parametrize("victim", ["engine", "worker"])
@pytest.mark.parametrize("round", rounds(3, 7))
def test_a_kill_loses_no_acknowledged_second(tmp_path, descendants, victim, round):
    chance = random.Random(SEED + 2 * round + (victim == "engine"))
    path = tmp_path / "a.edgetop"
    command = [Path(sys.executable).with_name("edgetop"), "run", "tiny", "--on", "null,litert", "--input", "noise"]
    options = ["--headless", "--duration", "60", "--record", path]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        measuring(process, path)
        time.sleep(chance.uniform(0, 1.2))
        acknowledged = last_second(path)
        below = descendants(process.pid)
        os.kill(process.pid if victim == "engine" else chance.choice(below[1:]), signal.SIGKILL)
        if victim == "worker":
            time.sleep(0.3)
            assert process.poll() is None  # the other run goes on
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 128 + signal.SIGTERM
        process.wait(10)
    finally:
        process.kill()
        process.communicate()
    assert not any(alive(pid) for pid in below)
    assert_whole(path, acknowledged)


@pytest.mark.parametrize("deed", ["load-hold", "infer-hold", "infer-hang"])
def test_a_worker_that_hangs_ends_with_an_engine_that_was_killed(tmp_path, descendants, unruly, deed):
    """Also one whose native code holds the GIL, by which no thread of its own would notice."""
    command = [Path(sys.executable).with_name("edgetop"), "run", "tiny", "--on", f"{unruly}:{deed}", "--headless"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([*command, "--no-record"], stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            state = "loading" if deed.startswith("load") else "warming"
            assert any(line.rstrip().endswith(state) for line in process.stderr)
            worker = hanging(lambda: descendants(process.pid)[1:])
        finally:
            process.kill()
    assert not alive(worker)


def hanging(children):
    """Wait until there is one child, and it has long used no time of a core; its process id."""
    end = since = time.monotonic()
    last = None
    while last is None or time.monotonic() - since < 0.5:
        assert time.monotonic() < end + 30
        found = [(pid, used) for pid in children() if (used := core_time(pid))]
        if found != last:
            last, since = found or None, time.monotonic()
        time.sleep(0.02)
    ((pid, _),) = last
    return pid


def core_time(pid):
    """The ticks a process has used, in user and in system mode; none when it has gone since it was listed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except (FileNotFoundError, ProcessLookupError):
        return []


@pytest.mark.parametrize("round", rounds(3, 6))
def test_the_engine_closes_the_recording_when_the_screen_is_killed(tmp_path, edgetop, descendants, round):
    chance = random.Random(SEED + 100 + round)
    path = tmp_path / "a.edgetop"
    screen = edgetop("run", "tiny", "--on", "null,litert", "--input", "noise", "--record", path)
    screen.wait_for(lambda: path.exists() and last_second(path) >= 1)
    time.sleep(chance.uniform(0, 1.2))
    acknowledged, below = last_second(path), descendants(screen.pid)
    screen.kill(signal.SIGKILL)
    assert screen.exit_code() == -signal.SIGKILL
    assert not any(alive(pid) for pid in below[1:])
    assert not path.with_name(path.name + "-wal").exists()
    assert_whole(path, acknowledged)


def assert_whole(path, acknowledged):
    """The file opens without repair, is sound, and holds samples of every acknowledged second since they began."""
    with sqlite3.connect(path) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()
    reader = SessionReader(str(path))
    try:
        seconds = {int((end - reader.description.t0_mono_ns) // 10**9) for end in sample_ends(reader)}
    finally:
        reader.close()
    assert acknowledged >= 1 and seconds
    first = max(1, min(seconds))  # a busy machine has not loaded anything within the first second
    assert set(range(first, acknowledged)) <= seconds


def sample_ends(reader):
    for batch in reader.batches(0, reader.duration_ns + 1):
        for samples in batch.samples.values():
            yield from (samples.start_ns + samples.duration_ns).tolist()[::50]


def alive(pid):
    """Whether a process still runs, given a moment to notice that its engine has gone."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True
