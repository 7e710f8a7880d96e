"""The recorder: beside the measuring, in time, one file at the end, and its own troubles kept to itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time

import numpy as np
import pytest

from edgetop.clock import now_ns
from edgetop.errors import CannotWrite, DiskFull, RunFailed
from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions import recorder as recorder_module
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.recorder import Recorder
from edgetop.sessions.writer import SessionWriter


def measured(count=100):
    """A batch of inferences that have just ended."""
    now = now_ns()
    duration = np.full(count, 1000, np.int64)
    start = now - 1000 * np.arange(count, 0, -1, dtype=np.int64)
    samples = Samples(start, duration, duration * 0, duration * 0)
    return Batch(now, {0: samples}, {0: Readings(start[:1], duration[:1])}, (Event(now, "log", {"line": "x"}, 0),))


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def folder(tmp_path):
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "edgetop-test", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def lost_counts(events):
    return [event.data["count"] for event in events if event.kind == "lost"]


def fill(folder, leave_bytes):
    space = os.statvfs(folder)
    with open(folder / "filler", "ab") as file:
        file.write(bytes(max(0, space.f_bavail * space.f_frsize - leave_bytes)))


def test_all_that_was_added_is_in_one_closed_file(tmp_path, sessions):
    path = str(tmp_path / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns()))
    batches = [measured() for _ in range(50)]
    for batch in batches:
        recorder.add(batch)
    recorder.close()
    assert recorder.failure is None
    assert os.listdir(tmp_path) == ["a.edgetop"]
    status = recorder.status()
    assert (status.path, status.size_bytes, status.message) == (path, os.path.getsize(path), "")
    assert status.free_bytes > 0
    with SessionReader(path) as reader:
        assert reader.closed
        assert sessions.contents(reader.batches(0, reader.duration_ns)) == sessions.contents(batches)


def test_a_reader_follows_while_it_is_written_and_is_not_in_the_way_of_closing(tmp_path, sessions):
    path = str(tmp_path / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns()))
    batches = [measured()]
    recorder.add(batches[0])
    reader = SessionReader(path)
    assert not reader.closed
    assert list(reader.batches(0, 10**12)) == []

    def until_it_is_there():
        batches.append(measured(10))
        recorder.add(batches[-1])
        return any(batch.samples for batch in reader.batches(0, reader.duration_ns))

    wait_for(until_it_is_there)
    assert reader.overview(reader.latency_channel(0), 10)[0].n > 0
    recorder.close()
    assert recorder.failure is None
    with SessionReader(path) as again:
        assert again.closed
        assert sessions.contents(again.batches(0, again.duration_ns)) == sessions.contents(batches)
    reader.close()


def test_adding_takes_microseconds(tmp_path, sessions):
    recorder = Recorder(str(tmp_path / "a.edgetop"), sessions.describe(now_ns()))
    batch = measured(1)
    began = time.thread_time_ns()
    for _ in range(1000):
        recorder.add(batch)
    took_ns = time.thread_time_ns() - began
    recorder.close()
    assert took_ns / 1000 < 20_000


def test_a_path_that_is_taken_is_refused_at_once(tmp_path, sessions):
    (tmp_path / "a.edgetop").write_text("mine")
    with pytest.raises(CannotWrite):
        Recorder(str(tmp_path / "a.edgetop"), sessions.describe())
    assert (tmp_path / "a.edgetop").read_text() == "mine"


def test_a_batch_that_cannot_be_recorded_ends_the_recording_and_keeps_the_rest(tmp_path, sessions):
    path = str(tmp_path / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns() - 10**10))
    good = measured()
    recorder.add(good)
    with SessionReader(path) as reader:
        wait_for(lambda: recorder.add(measured(1)) or any(b.samples for b in reader.batches(0, reader.duration_ns)))
    recorder.add(Batch(now_ns(), {99: good.samples[0]}))
    wait_for(lambda: recorder.failure is not None)
    recorder.add(measured())
    recorder.close()
    assert isinstance(recorder.failure, RunFailed)
    assert recorder.failure.hint
    assert recorder.status().message == recorder.failure.title
    with SessionReader(path) as reader:
        assert not reader.closed
        batch = next(batch for batch in reader.batches(0, reader.duration_ns) if batch.samples)
    assert np.array_equal(batch.samples[0].start_ns[:100], good.samples[0].start_ns)


def test_with_little_room_statistics_and_events_go_on_without_samples(folder, sessions, monkeypatch):
    path = str(folder / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns()))
    recorder.add(measured())
    wait_for(lambda: os.path.getsize(path + "-wal") > 0)
    fill(folder, recorder_module.RESERVED_BYTES - 1)
    late = []

    def until_it_says_so():
        late.append(measured(7))
        recorder.add(late[-1])
        return recorder.status().message

    wait_for(until_it_says_so)
    last = measured(9)
    recorder.add(last)
    recorder.close()
    assert recorder.failure is None
    assert "only statistics" in recorder.status().message
    with SessionReader(path) as reader:
        read = list(reader.batches(0, reader.duration_ns))
        events = [event for batch in read for event in batch.events]
        counted = sum(row.n for row in reader.overview(reader.latency_channel(0), 5))
    kept = sum(len(batch.samples[0]) for batch in read if 0 in batch.samples)
    assert counted == 100 + 7 * len(late) + 9
    assert kept < counted
    assert [event.run for event in events if event.kind == "lost"] == [0] * len(lost_counts(events))
    assert kept + sum(lost_counts(events)) == counted
    assert last.events[0] in events
    assert [event.kind for event in events].count("disk") == 1


def test_with_room_again_samples_are_recorded_again(tmp_path, sessions, monkeypatch):
    free = [1 << 40]
    monkeypatch.setattr(Recorder, "_free_bytes", lambda self: free[0])
    path = str(tmp_path / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns()))
    free[0] = 0
    with SessionReader(path) as reader:
        wait_for(lambda: recorder.add(measured(7)) or any(lost_counts(b.events) for b in reader.batches(0, 10**11)))
    free[0] = 1 << 40
    wait_for(lambda: recorder.add(measured(7)) or not recorder.status().message)
    last = measured(9)
    recorder.add(last)
    recorder.close()
    with SessionReader(path) as reader:
        read = list(reader.batches(0, reader.duration_ns))
        counted = sum(row.n for row in reader.overview(reader.latency_channel(0), 5))
    events = [event for batch in read for event in batch.events]
    kept = np.concatenate([batch.samples[0].start_ns for batch in read if 0 in batch.samples])
    assert set(last.samples[0].start_ns) <= set(kept)
    assert 0 < len(kept) == counted - sum(lost_counts(events)) < counted
    assert [event.kind for event in events].count("disk") == 2


def test_a_recording_without_samples_says_so_also_where_it_ended_in_a_crash(tmp_path, sessions):
    writer = SessionWriter(str(tmp_path / "a.edgetop"), sessions.describe())
    writer.keep_frames = False
    start = sessions.start_ns + np.arange(50, dtype=np.int64)
    writer.add(Batch(sessions.start_ns + 10**9, {1: Samples(start, start * 0 + 1, start * 0, start * 0)}))
    writer.commit()
    with SessionReader(writer.path) as reader:
        (batch,) = reader.batches(0, reader.duration_ns)
    writer.let_go()
    assert not batch.samples
    assert [(event.kind, event.data, event.run) for event in batch.events] == [("lost", {"count": 50}, 1)]


def test_a_recording_left_in_log_mode_is_read_from_a_place_that_cannot_be_written(folder, sessions, rng):
    batches = sessions.random_batches(rng, 2.0)
    path = sessions.write(folder / "a.edgetop", batches)
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=wal")
    db.close()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    with SessionReader(path) as reader:
        assert sessions.contents(reader.batches(0, reader.duration_ns)) == sessions.contents(batches)


def test_a_full_disk_ends_the_recording_and_keeps_what_was_committed(folder, sessions, monkeypatch):
    monkeypatch.setattr(recorder_module, "RESERVED_BYTES", -(1 << 40))
    path = str(folder / "a.edgetop")
    recorder = Recorder(path, sessions.describe(now_ns()))
    first = measured()
    recorder.add(first)
    with SessionReader(path) as reader:
        wait_for(lambda: recorder.add(measured(1)) or reader.duration_ns >= 10**9)
    fill(folder, 0)
    rng = np.random.default_rng(3)

    def until_it_fails():
        batch = measured(20_000)
        noise = rng.integers(1, 2**60, 20_000)
        recorder.add(Batch(batch.until_ns, {0: Samples(batch.samples[0].start_ns, noise - noise, noise, noise)}))
        return recorder.failure

    wait_for(until_it_fails)
    recorder.close()
    assert isinstance(recorder.failure, DiskFull)
    assert recorder.failure.hint
    assert "No room" in recorder.status().message
    with SessionReader(path) as reader:
        assert not reader.closed
        (batch, *_) = reader.batches(0, 10**9)
    assert np.array_equal(batch.samples[0].start_ns[:100], first.samples[0].start_ns)
