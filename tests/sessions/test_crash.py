"""A recording that is killed at any moment keeps every second that it had acknowledged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest

from edgetop.protocol import NO_LOG
from edgetop.sessions.listing import entry_of
from edgetop.sessions.reader import SessionReader

GOLDEN = os.path.join(os.path.dirname(__file__), "golden", "1.0.edgetop")
SECOND_NS = 1_000_000_000

CHILD = """
import sys
import numpy as np
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, Readings, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.writer import SessionWriter

second_ns = 1_000_000_000
description = Description("k", 0, 0, "0", Plan((RunSpec(0, "m", "null"),)), (Channel("c", "%", "C", 1.0, id=0),))
writer = SessionWriter(sys.argv[1], description)
print("ready", flush=True)
for second in range(10**6):
    start = second * second_ns + np.arange(100, dtype=np.int64) * 5_000_000
    samples = Samples(start, start % 977 + second, start * 0, start * 0)
    writer.add(Batch((second + 1) * second_ns, {0: samples}, {0: Readings(start[::10], start[::10] // 7)}))
    print(writer.commit(), flush=True)
"""


def kill_a_recording(path, after_s):
    """Start one, kill it so long after it began; gives the last number of seconds it acknowledged."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    time.sleep(after_s)
    child.kill()
    said = child.stdout.read().split(b"\n")[:-1]  # what follows the last line's end was cut in the midst
    child.stdout.close()
    child.wait()
    return int(said[-1]) if said else 0


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_no_acknowledged_second_is_lost_by_kill(tmp_path, rng, kills):
    acknowledged_in_all = 0
    for number in range(kills):
        path = str(tmp_path / f"{number}.edgetop")
        acknowledged = kill_a_recording(path, float(rng.uniform(0, 0.4)))
        acknowledged_in_all += acknowledged
        with SessionReader(path) as reader:
            assert not reader.closed
            seconds = reader.duration_ns // SECOND_NS
            assert seconds in (acknowledged, acknowledged + 1)
            read = list(reader.batches(0, reader.duration_ns))
            assert len(read) == seconds
            for second, batch in enumerate(read):
                start = second * SECOND_NS + np.arange(100) * 5_000_000
                assert np.array_equal(batch.samples[0].start_ns, start)
                assert np.array_equal(batch.samples[0].duration_ns, start % 977 + second)
                assert np.array_equal(batch.readings[0].ticks, start[::10] // 7)
            assert sum(row.n for row in reader.overview(reader.latency_channel(0), 7)) == 100 * seconds
        db = sqlite3.connect(path)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
    assert acknowledged_in_all > 5 * kills


def test_the_file_alone_says_what_it_is_when_its_log_is_lost(tmp_path):
    path = str(tmp_path / "a.edgetop")
    kill_a_recording(path, 0.02)
    for suffix in ("-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.unlink(path + suffix)
    with SessionReader(path) as reader:
        assert reader.description.session_id == "k"
        assert reader.lacks_log
    entry = entry_of(path)
    assert entry is not None and entry.state == NO_LOG


def test_a_recording_that_was_cut_off_with_its_log_or_closed_lacks_none(tmp_path):
    path = str(tmp_path / "a.edgetop")
    assert kill_a_recording(path, 0.3) > 0
    with SessionReader(path) as reader:
        assert not reader.closed and not reader.lacks_log
    with SessionReader(GOLDEN) as reader:
        assert not reader.lacks_log


def test_a_copy_of_all_files_of_a_killed_recording_has_all_of_it(tmp_path):
    """The page on sessions promises it; a reader's visit before does not fold the log in, nor take it away."""
    path = tmp_path / "a.edgetop"
    acknowledged = kill_a_recording(str(path), 0.3)
    with SessionReader(str(path)) as reader:
        seconds = reader.duration_ns // SECOND_NS
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob("a.edgetop*"):
        shutil.copy(file, tmp_path / "copy")
    with SessionReader(str(tmp_path / "copy" / "a.edgetop")) as reader:
        assert reader.duration_ns // SECOND_NS == seconds >= acknowledged > 0
        assert len(list(reader.batches(0, reader.duration_ns))) == seconds
