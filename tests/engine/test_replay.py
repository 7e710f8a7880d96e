"""A replay ends in the figures of the live session, and goes where it is sent."""

import contextlib
import dataclasses
import sqlite3

import pytest

from edgetop.controls import Pause, Seek, Speed
from edgetop.engine import replay
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.replay import ReplayFeed
from edgetop.samples import Batch, Event, is_sound
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
    monkeypatch.setattr(replay, "now_ns", clock)
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
    monkeypatch.setattr(replay, "UNPACED_SECONDS", 3)
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
    assert feed.restarted
    again = Aggregate(description)
    again.add(feed.drain())
    expected = Aggregate(description)
    expected.add(cut_batch(recording, [description.t0_mono_ns + 3 * SECOND])[0])
    assert again.snapshot().runs == expected.snapshot().runs


def test_seeking_forward_reads_what_lies_between(session, clock, replay_of):
    feed = replay_of(session)
    feed.command(Pause(True))
    feed.command(Seek(5 * SECOND))
    assert not feed.restarted
    assert len(feed.drain().samples[0]) > 100


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
    assert feed.restarted
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
