"""A power cut at any moment loses the second in flight at most, and nothing that was acknowledged.

Between the end of one commit, which has synced all it wrote, and the end of the next the disk may hold any mixture of
old and new blocks, some of them torn. The order that SQLite keeps is modelled as well: the log is written into the
file only once the log is synced. Not modelled: names that are lost, drives that lie, damage beside what is written.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from edgetop.samples import Batch, Readings, Samples
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

SECOND = 1_000_000_000
BLOCK, SECTOR = 4096, 512
TORN = 0.2
RATE = 6000
"""So many a second that the log is folded into the file every few dozen commits."""


def batch(start_ns, second):
    k = np.arange(RATE, dtype=np.int64)
    start = start_ns + second * SECOND + k * 100_000
    samples = Samples(start, (k * 7919 + second * 104_729) % 65_521, k % 3, k * 0)
    return Batch(start_ns + (second + 1) * SECOND, {0: samples}, {0: Readings(start[::60], k[::60])})


def mixed(chance, old, new):
    """What a disk holds that was to turn ``old`` into ``new``."""
    length = int(chance.integers(min(len(old), len(new)), max(len(old), len(new)) + 1))
    kept = bytearray(old[:length].ljust(length, b"\0"))
    for at in range(0, min(length, len(new)), BLOCK):
        fate = chance.random()
        end = at + (int(chance.integers(1, BLOCK // SECTOR)) * SECTOR if fate < TORN else BLOCK)
        if fate < 0.5 + TORN / 2:
            kept[at : min(end, length)] = new[at : min(end, length)].ljust(min(end, length) - at, b"\0")
    return bytes(kept)


def crashed(chance, before, after):
    """File and log after a power cut somewhere in a commit."""
    (file, log), (new_file, new_log) = before, after
    if file != new_file and chance.random() < 0.5:
        return mixed(chance, file, new_file), new_log
    return file, mixed(chance, log, new_log)


def contents(path):
    log = Path(path + "-wal")
    return Path(path).read_bytes(), log.read_bytes() if log.exists() else b""


@pytest.mark.parametrize(("seconds", "crashes"), [(30, 8), pytest.param(101, 100, marks=pytest.mark.slow)])
def test_no_acknowledged_second_is_lost(tmp_path, sessions, rng, seconds, crashes):
    description = sessions.describe()
    writer = SessionWriter(str(tmp_path / "a.edgetop"), description)
    wanted = [batch(description.t0_mono_ns, second) for second in range(seconds)]
    moments = set(rng.choice(np.arange(1, seconds), crashes, replace=False).tolist())
    found = {"old": 0, "new": 0}
    folded = 0
    for second, each in enumerate(wanted):
        before = contents(writer.path) if second in moments else None
        writer.add(each)
        assert writer.commit() == second + 1
        if before is None:
            continue
        after = contents(writer.path)
        folded += before[0] != after[0]
        file, log = crashed(rng, before, after)
        there = survived(tmp_path / "cut", file, log, wanted)
        assert there in (second, second + 1)
        found["new" if there > second else "old"] += 1
    writer.close()
    assert found["old"] > 0
    assert folded or crashes < 50
    assert sum(found.values()) == crashes


def survived(folder, file, log, wanted):
    """How many whole seconds are there, each of them exact."""
    folder.mkdir()
    path = str(folder / "a.edgetop")
    Path(path).write_bytes(file)
    Path(path + "-wal").write_bytes(log)
    with SessionReader(path) as reader:
        read = list(reader.batches(0, reader.duration_ns))
        for batch, original in zip(read, wanted):
            for name in ("start_ns", "duration_ns", "wait_ns", "flags"):
                assert np.array_equal(getattr(batch.samples[0], name), getattr(original.samples[0], name))
            assert np.array_equal(batch.readings[0].ticks, original.readings[0].ticks)
        assert sum(row.n for row in reader.overview(reader.latency_channel(0), 50)) == RATE * len(read)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    shutil.rmtree(folder)
    return len(read)


def test_each_commit_is_synced(tmp_path, sessions):
    writer = SessionWriter(str(tmp_path / "a.edgetop"), sessions.describe())
    assert writer._db.execute("PRAGMA synchronous").fetchone() == (2,)
    writer.let_go()
    assert os.path.exists(writer.path)
