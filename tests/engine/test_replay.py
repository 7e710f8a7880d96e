"""A replay ends in the figures of the live session, and goes where it is sent."""

import contextlib
import dataclasses
import itertools
import sqlite3

import numpy as np
import pytest

from edgetop.controls import Pause, Repeat, Seek, Speed
from edgetop.engine import checkpoints, recorded, replay
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.replay import ReplayFeed
from edgetop.protocol import Overview
from edgetop.readings import Channel
from edgetop.samples import Batch, Event, Readings, is_sound
from edgetop.sessions.hold import Hold
from edgetop.sessions.writer import SessionWriter

SECOND = 1_000_000_000


@pytest.fixture
def session(tmp_path, description, recording):
    path = tmp_path / "a.edgetop"
    writer = SessionWriter(str(path), description)
    writer.add(recording)
    writer.commit()
    writer.close()
    return str(path)


class Clock:
    def __init__(self):
        self.ns = 0

    def __call__(self):
        return self.ns

    def advance(self, seconds):
        self.ns += int(seconds * SECOND)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (replay, recorded):
        monkeypatch.setattr(module, "now_ns", clock)
    return clock


@pytest.fixture
def replay_of():
    """Opens replays, and closes them at the end."""
    opened = []

    def open_replay(path, **how):
        opened.append(ReplayFeed(path, **how))
        return opened[-1]

    yield open_replay
    for feed in opened:
        feed.close()


def play(feed, clock, aggregate, step_s=0.3, limit=10_000):
    for _ in range(limit):
        if feed.ended:
            return aggregate.snapshot(final=True)
        clock.advance(step_s)
        aggregate.add(feed.drain())
    raise AssertionError("the replay did not end")


@pytest.mark.parametrize("speed", [0.5, 1, 3, 1000])
def test_at_any_speed_it_ends_in_the_live_figures(session, description, recording, clock, speed, replay_of):
    live = Aggregate(description)
    live.add(recording)
    feed = replay_of(session)
    feed.command(Speed(speed))
    replayed = play(feed, clock, Aggregate(feed.description))
    expected = live.snapshot(final=True)
    assert dataclasses.replace(replayed, columns=expected.columns, t_ns=expected.t_ns) == expected


def test_without_a_pace_it_ends_in_the_live_figures_before_any_time_has_passed(
    session, description, recording, clock, monkeypatch, replay_of
):
    monkeypatch.setattr(recorded, "UNPACED_SECONDS", 3)
    live = Aggregate(description)
    live.add(recording)
    replayed = play(replay_of(session, paced=False), clock, Aggregate(description), step_s=0)
    expected = live.snapshot(final=True)
    assert dataclasses.replace(replayed, columns=expected.columns, t_ns=expected.t_ns) == expected


def test_without_a_pace_a_forged_length_takes_no_time(tmp_path, description, recording, clock, replay_of):
    path = tmp_path / "long.edgetop"
    writer = SessionWriter(str(path), description)
    writer.add(recording)
    writer.commit()
    writer.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'duration_ns'", (10**17,))
        db.commit()
    feed = replay_of(str(path), paced=False)
    assert feed.duration_ns == 10**17
    drains = 0
    while not feed.ended:
        feed.drain()
        drains += 1
    assert drains < 5


def test_it_keeps_the_recorded_pace(session, clock, replay_of):
    feed = replay_of(session)
    feed.start()
    clock.advance(2.0)
    batch = feed.drain()
    assert batch.until_ns - feed.description.t0_mono_ns == 2 * SECOND
    assert all(len(s) == 0 or s.start_ns[-1] < batch.until_ns for s in batch.samples.values())


def test_pause_holds_and_going_on_leaves_nothing_out(session, description, recording, clock, replay_of):
    feed, aggregate = replay_of(session), Aggregate(description)
    clock.advance(1.0)
    aggregate.add(feed.drain())
    feed.command(Pause(True))
    clock.advance(100.0)
    assert feed.drain().until_ns == description.t0_mono_ns + SECOND
    feed.command(Pause(False))
    live = Aggregate(description)
    live.add(recording)
    assert play(feed, clock, aggregate).runs == live.snapshot(final=True).runs


def test_seeking_back_starts_anew_and_shows_that_moment(session, description, recording, cut_batch, clock, replay_of):
    feed, aggregate = replay_of(session), Aggregate(description)
    clock.advance(6.0)
    aggregate.add(feed.drain())
    feed.command(Pause(True))
    feed.command(Seek(3 * SECOND))
    again = feed.drain()
    assert feed.aggregate is not aggregate
    feed.aggregate.add(again)
    expected = Aggregate(description)
    expected.add(cut_batch(recording, [description.t0_mono_ns + 3 * SECOND])[0])
    found = feed.aggregate.snapshot()
    assert found.runs == expected.snapshot().runs and found.reset


def take(feed):
    batch = feed.drain()  # after which it may be another aggregate
    feed.aggregate.add(batch)


def stands(feed, limit=1000):
    """The snapshot of where a seek leads, once it is there."""
    for _ in range(limit):
        take(feed)
        if feed.sought_ns is None:
            return feed.aggregate.snapshot()
    raise AssertionError("the seek did not end")


@pytest.mark.parametrize("leave_out", [False, True])
def test_wherever_it_is_sent_the_table_is_as_it_stood(
    tmp_path, description, recording, cut_batch, clock, replay_of, monkeypatch, leave_out
):
    monkeypatch.setattr(checkpoints, "APART_NS", SECOND // 2)
    monkeypatch.setattr(checkpoints, "STEP_NS", SECOND // 3)
    plan = dataclasses.replace(description.plan, leave_out_throttled=leave_out)
    channel = Channel("throttle.now", "", "throttled", 1.0, id=2)
    described = dataclasses.replace(description, plan=plan, channels=(*description.channels, channel))
    limits = Readings(description.t0_mono_ns + np.arange(80) * SECOND // 10, (np.arange(80) // 20 % 2).astype(np.int64))
    batch = dataclasses.replace(recording, readings={**recording.readings, 2: limits})
    writer = SessionWriter(str(tmp_path / "throttled.edgetop"), described)
    writer.add(batch)
    writer.close()
    feed = replay_of(str(tmp_path / "throttled.edgetop"))
    feed.command(Pause(True))
    for tenth in (71, 3, 40, 41, 80, 0, 79, 22, 22, 58):
        t_ns = tenth * SECOND // 10 + 1
        feed.command(Seek(t_ns))
        found = stands(feed)
        expected = Aggregate(described)
        expected.add(cut_batch(batch, [description.t0_mono_ns + t_ns])[0])
        wanted = dataclasses.replace(expected.snapshot(), columns=found.columns, reset=found.reset)
        assert found == wanted, tenth
    assert feed._checkpoints.newest_ns >= 7 * SECOND


def test_after_many_seeks_the_end_is_as_it_was_live(session, description, recording, clock, replay_of, monkeypatch):
    monkeypatch.setattr(checkpoints, "APART_NS", SECOND)
    live = Aggregate(description)
    live.add(recording)
    feed = replay_of(session)
    for second in (6, 2, 5, 1):
        feed.command(Seek(second * SECOND))
        stands(feed)
    while not feed.ended:
        clock.advance(0.3)
        take(feed)
    found, expected = feed.aggregate.snapshot(final=True), live.snapshot(final=True)
    assert dataclasses.replace(found, columns=expected.columns, t_ns=expected.t_ns, reset=False) == expected


def test_a_seek_beyond_what_was_read_says_so_until_it_is_there(session, clock, replay_of, monkeypatch):
    for module in (checkpoints, replay):
        monkeypatch.setattr(module, "STEP_NS", SECOND)
    monkeypatch.setattr(checkpoints, "now_ns", itertools.count(0, replay.AHEAD_NS).__next__)
    feed = replay_of(session)
    feed.command(Seek(7 * SECOND))
    feed.drain()
    assert feed.sought_ns == 7 * SECOND and feed.hurried and 0 < feed.known_ns < 7 * SECOND
    assert stands(feed).t_ns == 7 * SECOND
    assert not feed.hurried


def test_a_seek_shows_what_is_told_once_in_what_it_jumps_over(
    tmp_path, description, recording, clock, replay_of, monkeypatch
):
    for module, name in ((checkpoints, "APART_NS"), (checkpoints, "STEP_NS"), (replay, "STEP_NS")):
        monkeypatch.setattr(module, name, SECOND)
    event = Event(description.t0_mono_ns + 2 * SECOND, "operators", {"missing": "it cannot", "hint": ""}, 0)
    events = tuple(sorted((*recording.events, event), key=lambda each: each.t_ns))
    writer = SessionWriter(str(tmp_path / "a.edgetop"), description)
    writer.add(dataclasses.replace(recording, events=events))
    writer.close()
    feed = replay_of(str(tmp_path / "a.edgetop"))
    feed.command(Pause(True))
    feed.command(Seek(7 * SECOND))
    told = []
    while feed.sought_ns is not None:
        told += feed.drain().events
    assert [each for each in told if each.kind == "operators"] == [event]


def test_what_is_too_fast_to_be_read_does_not_fall_behind_and_tells_its_pace(session, clock, replay_of, monkeypatch):
    monkeypatch.setattr(replay, "LONGEST_STEP_NS", SECOND // 10)
    feed = replay_of(session)
    feed.command(Speed(10))
    for _ in range(40):
        clock.advance(0.05)
        feed.drain()
    assert feed.hurried
    assert feed.pace == pytest.approx(2.0)
    feed.command(Pause(True))
    before = feed.drain().until_ns
    assert feed.drain().until_ns == before and feed.pace == 0


def test_it_begins_anew_at_the_end_when_asked_to(session, clock, replay_of):
    feed = replay_of(session)
    feed.command(Repeat(True))
    feed.command(Seek(10**18))
    stands(feed)
    assert feed.ended
    clock.advance(0.05)
    feed.drain()
    assert not feed.ended and feed.repeats


def test_seeking_forward_reads_what_lies_between(session, clock, replay_of):
    feed = replay_of(session)
    feed.command(Pause(True))
    feed.command(Seek(5 * SECOND))
    before = feed.aggregate
    assert len(feed.drain().samples[0]) > 100
    assert feed.aggregate is before


def test_seeks_beyond_either_end_stop_there(session, clock, replay_of):
    feed = replay_of(session)
    feed.command(Seek(-5))
    assert feed.drain().until_ns == feed.description.t0_mono_ns
    feed.command(Seek(10**18))
    feed.drain()
    assert feed.ended


def test_play_at_the_end_begins_again(session, clock, replay_of):
    feed = replay_of(session)
    feed.command(Seek(10**18))
    feed.drain()
    feed.command(Pause(False))
    feed.drain()
    assert not feed.ended


@pytest.mark.parametrize(
    "data",
    [
        {"start_ns": "soon", "end_ns": 2, "count": 1, "cpu_ns": 0},
        {"start_ns": 1},
        {},
    ],
)
def test_an_event_that_is_not_what_it_says_is_passed_over(tmp_path, description, recording, clock, data, replay_of):
    forged = Batch(recording.until_ns, events=(Event(description.t0_mono_ns + 5, "turn", data, 0),))
    writer = SessionWriter(str(tmp_path / "forged.edgetop"), description)
    for batch in (forged, recording):
        writer.add(batch)
    writer.close()
    live = Aggregate(description)
    live.add(recording)
    feed = replay_of(str(tmp_path / "forged.edgetop"))
    assert play(feed, clock, Aggregate(description)).runs == live.snapshot(final=True).runs


def test_a_closed_replay_gives_nothing_more(session, clock, replay_of):
    feed = replay_of(session)
    feed.close()
    clock.advance(5)
    assert not feed.drain().samples


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, -(1 << 63)])
def test_numbers_that_are_none_or_beyond_all_measure_are_not_sound(value):
    assert not is_sound(Event(5, "run", {"status": "running", "load_ns": value}, 0))
    assert not is_sound(Event(5, "turn", {"start_ns": 1, "end_ns": 2, "count": value, "cpu_ns": 0}, 0))
    assert is_sound(Event(5, "turn", {"start_ns": 1, "end_ns": 2, "count": 3, "cpu_ns": 0}, 0))


def test_a_recording_that_goes_on_is_followed_to_its_end(tmp_path, description, recording, cut_batch, clock, replay_of):
    path = str(tmp_path / "on.edgetop")
    edges = [description.t0_mono_ns + second * SECOND for second in range(1, 8)]
    pieces = cut_batch(recording, edges)
    writer = SessionWriter(path, description)
    for piece in pieces[:4]:
        writer.add(piece)
        writer.commit()
    hold = Hold(path)
    feed = replay_of(path)
    feed.command(Seek(10**18))
    stands(feed)
    assert feed.duration_ns == 3 * SECOND and not feed.ended
    for piece in pieces[4:]:
        writer.add(piece)
        writer.commit()
        clock.advance(1.5)
        take(feed)
    assert feed.duration_ns > 5 * SECOND and not feed.ended
    writer.close()
    hold.let_go()
    for _ in range(10):
        clock.advance(1.5)
        take(feed)
    assert feed.ended
    assert [told.duration_ns for told in feed.log() if isinstance(told, Overview)][-1] == feed.duration_ns
    live = Aggregate(description)
    live.add(recording)
    assert feed.aggregate.snapshot(final=True).runs == live.snapshot(final=True).runs


def test_a_recording_that_is_cut_off_meanwhile_ends(tmp_path, description, recording, clock, replay_of):
    path = str(tmp_path / "cut.edgetop")
    writer = SessionWriter(path, description)
    writer.add(recording)
    writer.commit()
    hold = Hold(path)
    feed = replay_of(path)
    assert not feed.ended
    hold.let_go()
    feed.command(Seek(10**18))
    for _ in range(20):
        clock.advance(1.5)
        take(feed)
    assert feed.ended
    writer.let_go()


def test_of_many_checkpoints_every_second_one_goes(description, recording, cut_batch, monkeypatch):
    monkeypatch.setattr(checkpoints, "APART_NS", 1)
    monkeypatch.setattr(checkpoints, "MOST", 4)
    kept = checkpoints.Checkpoints(Aggregate(description))
    aggregate = Aggregate(description)
    for t_ns in range(1, 30):
        kept.note(t_ns, aggregate)
    assert kept.moment_before(0) == 0 and kept.newest_ns > 15
    assert len(kept._moments) == len(kept._copies) <= 4
