"""What is read is what was recorded: the description, and every sample, reading and event, by any stretches."""

from __future__ import annotations

import dataclasses
import sqlite3

import numpy as np
import pytest

from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions.reader import SessionReader

SECOND_NS = 1_000_000_000


def test_the_description_comes_back_equal(tmp_path, sessions):
    with SessionReader(sessions.write(tmp_path / "a", [])) as reader:
        assert reader.description == sessions.describe()
        assert reader.duration_ns == 0
        assert list(reader.batches(0, 10**18)) == []


def test_a_description_whose_numbers_do_not_fit_is_refused_and_leaves_nothing(tmp_path, sessions):
    description = sessions.describe()
    twice = dataclasses.replace(description, plan=Plan((RunSpec(0, "m", "torch"), RunSpec(0, "m", "caffe"))))
    latency = dataclasses.replace(description, channels=(Channel("x", "ns", "X", 1.0, "latency", id=0),))
    beyond = dataclasses.replace(description, channels=(Channel("x", "W", "X", 1.0, id=1023),))
    for wrong in (twice, latency, beyond):
        with pytest.raises(ValueError):
            sessions.write(tmp_path / "a", [], wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(8))
def test_any_partition_gives_exactly_what_was_recorded_in_order(tmp_path, sessions, seed):
    rng = np.random.default_rng(seed)
    batches = sessions.random_batches(rng)
    path = sessions.write(tmp_path / "a", batches, commit_every=int(rng.integers(1, 12)))
    expected = sessions.contents(batches)
    with SessionReader(path) as reader:
        for cuts in (0, 1, 7, 60):
            inner = rng.integers(0, reader.duration_ns, cuts).tolist()
            whole = [SECOND_NS * k for k in range(12)] if cuts == 60 else []
            edges = [0, *sorted(inner + whole), reader.duration_ns]
            read = [batch for a, b in zip(edges, edges[1:]) for batch in reader.batches(a, b)]
            assert sessions.contents(read, sort=False) == expected
            assert all(np.diff([batch.until_ns for batch in read]) >= 0)


def test_a_sample_belongs_to_where_it_ended_and_an_event_to_its_moment(tmp_path, sessions):
    start = sessions.start_ns
    ends = np.array([start + SECOND_NS - 1, start + SECOND_NS, start + 3 * SECOND_NS], np.int64)
    duration = np.array([5, 6, 2_500_000_000], np.int64)
    batch = Batch(
        start + 4 * SECOND_NS,
        {1: Samples(ends - duration, duration, duration * 0, duration * 0)},
        {},
        (Event(start + SECOND_NS, "marker", {"text": "here"}),),
    )
    with SessionReader(sessions.write(tmp_path / "a", [batch])) as reader:
        (first,) = reader.batches(0, SECOND_NS)
        (second,) = reader.batches(SECOND_NS, SECOND_NS + 1)
        assert first.samples[1].duration_ns.tolist() == [5]
        assert not first.events
        assert second.samples[1].duration_ns.tolist() == [6]
        assert [event.data["text"] for event in second.events] == ["here"]
        assert second.until_ns == start + SECOND_NS + 1
        (third,) = reader.batches(SECOND_NS + 1, reader.duration_ns)
        assert third.samples[1].start_ns.tolist() == [start + 500_000_000]


def test_times_and_values_at_the_ends_of_64_bits_do_not_stop_a_recording(tmp_path, sessions):
    far = np.array([-(2**63), 0, 2**63 - 1], np.int64)
    readings = Readings(far, far)
    samples = Samples(far, far[::-1].copy(), far, far)
    path = sessions.write(tmp_path / "a", [Batch(sessions.start_ns + SECOND_NS, {0: samples}, {0: readings})])
    with SessionReader(path) as reader:
        read = list(reader.batches(0, 2**64))
    values = [v for batch in read if 0 in batch.readings for v in batch.readings[0].ticks.tolist()]
    flags = [v for batch in read if 0 in batch.samples for v in batch.samples[0].flags.tolist()]
    assert sorted(values) == sorted(flags) == far.tolist()


def test_plain_sqlite_shows_runs_channels_and_statistics(tmp_path, sessions):
    start = sessions.start_ns
    events = (
        Event(start + 5, "run", {"status": "running", "version": "2.3.0"}, 0),
        Event(start + 9, "run", {"status": "done"}, 0),
    )
    reading = Readings(np.array([start + 12 * SECOND_NS]), np.array([371]))
    path = sessions.write(tmp_path / "a", [Batch(start + 13 * SECOND_NS, {}, {0: reading}, events)])
    db = sqlite3.connect(path)
    runs = db.execute("SELECT framework, framework_version, threads, status, t_start, t_end FROM run").fetchall()
    assert runs == [("litert", "2.3.0", 2, "done", 5, 9), ("torch", None, 1, None, None, None)]
    channels = db.execute("SELECT id, name, kind, run_id, tick_ns FROM channel").fetchall()
    assert channels[0] == (0, "cpu.total", "gauge", None, 1)
    assert channels[3:] == [(3, "latency.0", "latency", 0, 1), (4, "latency.1", "latency", 1, 1)]
    for table, t in (("stat", 12), ("stat10", 10), ("stat100", 0), ("stat1000", 0)):
        rows = db.execute(f'SELECT t, ch, n, "min", "max", sum FROM {table}').fetchall()
        assert rows == [(t, 0, 1, 371, 371, 371)]
    assert db.execute("SELECT sec, codec, n FROM frame").fetchall() == [(12, 1, 1)]
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_times_counted_in_coarser_ticks_are_read_in_nanoseconds(tmp_path, sessions):
    start = sessions.start_ns
    one = np.array([40], np.int64)
    path = sessions.write(tmp_path / "a", [Batch(start + SECOND_NS, {0: Samples(one + start, one, one, one)})])
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE channel SET tick_ns = 100 WHERE name = 'latency.0'")
    db.close()
    with SessionReader(path) as reader:
        (batch,) = reader.batches(0, SECOND_NS)
    assert (batch.samples[0].start_ns - start, batch.samples[0].duration_ns) == (4000, 4000)
    assert (batch.samples[0].wait_ns, batch.samples[0].flags) == (4000, 40)


def test_what_a_newer_minor_version_added_is_passed_over(tmp_path, sessions, rng):
    batches = sessions.random_batches(rng)
    path = sessions.write(tmp_path / "a", batches)
    db = sqlite3.connect(path)
    with db:
        db.execute("PRAGMA user_version=1007")
        db.execute("CREATE TABLE weather(id)")
        db.execute("ALTER TABLE run ADD COLUMN mood")
        db.execute("INSERT INTO frame(id, codec, n, data) SELECT max(id) + 1, 9, 1, x'00' FROM frame")
    db.close()
    with SessionReader(path) as reader:
        assert sessions.contents(reader.batches(0, reader.duration_ns)) == sessions.contents(batches)


def test_more_samples_than_a_frame_holds_go_into_several(tmp_path, sessions, monkeypatch, rng):
    monkeypatch.setattr("edgetop.sessions.writer.MAX_ITEMS", 10)
    batches = sessions.random_batches(rng)
    with SessionReader(sessions.write(tmp_path / "a", batches, commit_every=5)) as reader:
        assert sessions.contents(reader.batches(0, reader.duration_ns)) == sessions.contents(batches)


def test_a_session_does_not_tell_in_which_folder_it_was_recorded(tmp_path, sessions):
    described = sessions.describe()
    path = tmp_path / "a.edgetop"
    described = dataclasses.replace(described, plan=dataclasses.replace(described.plan, record=str(path)))
    with SessionReader(sessions.write(path, [], described)) as reader:
        assert reader.description.plan.record == "a.edgetop"
    assert str(tmp_path).encode() not in path.read_bytes()
