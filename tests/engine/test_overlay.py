"""A USB meter's recording in the place of a session's own watts: found by what the session shows, and counted."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from edgetop.controls import Seek
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.client import start_replay
from edgetop.engine.replay import ReplayFeed
from edgetop.errors import UsageError
from edgetop.protocol import Ended, Snapshot
from edgetop.readings import BOARD, Channel
from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions.writer import SessionWriter

SECOND = 1_000_000_000
POWER = Channel("power.pmic.w", "W", "SoC rails", 1e-6, charted=True, source="a meter", id=0, covers="SoC rails")
CPU = Channel("cpu.total", "%", "CPU", 0.1, source="/proc/stat", id=1)
OFFSET_S = 12.34
WATTS = {None: 2.4, 0: 3.4, 1: 4.9}
"""Of the whole board by the run that holds the turn; its power chip sees 0.8 of that, less 1 W."""
TURNS = [(1 + 4 + k, 1 + 5 + k, (0, 1, 1, 0)[k % 4]) for k in range(24)]
SECONDS = 33


def holder(t_s):
    return next((run for start, end, run in TURNS if start <= t_s < end), None)


def board(t_s):
    """What the board draws: loading besides."""
    return WATTS[holder(t_s)] + (1.1 if 2.2 <= t_s < 3.0 or 3.9 <= t_s < 4.3 else 0.0)


def session_batch(start_ns, power=True, cpu=True):
    samples, events = {0: [], 1: []}, []
    for start, end, run in TURNS:
        starts = start_ns + np.arange(start * SECOND, end * SECOND, SECOND // 20)
        samples[run].append((starts, np.full(len(starts), SECOND // 20 - 1000)))
        data = {"start_ns": int(starts[0]), "end_ns": start_ns + end * SECOND, "count": len(starts), "cpu_ns": 1}
        events.append(Event(start_ns + end * SECOND, "turn", data, run))
    columns = {run: [np.concatenate(column) for column in zip(*parts)] for run, parts in samples.items()}
    zeros = {run: np.zeros(len(column[0]), np.int64) for run, column in columns.items()}
    readings = {}
    t_s = np.arange(0, SECONDS, 0.25) + 0.125
    watts = np.array([np.mean([board(t + part) for part in np.linspace(-0.12, 0.12, 13)]) for t in t_s])
    t_ns = start_ns + (t_s * SECOND).astype(np.int64)
    if power:
        readings[0] = Readings(t_ns, np.rint((0.8 * watts - 1) / 1e-6).astype(np.int64))
    if cpu:
        readings[1] = Readings(t_ns, np.rint(10 * 30 * (watts - 2.4)).astype(np.int64))
    batches = {run: Samples(*columns[run], zeros[run], zeros[run]) for run in columns}
    return Batch(start_ns + SECONDS * SECOND, batches, readings, tuple(events))


@pytest.fixture
def session(tmp_path, describe):
    """Records the session, with a meter of its own or not."""

    def record(power=True, cpu=True):
        description = dataclasses.replace(describe(channels=(POWER, CPU)), power=0)
        path = tmp_path / "a.edgetop"
        writer = SessionWriter(str(path), description)
        writer.add(session_batch(description.t0_mono_ns, power, cpu))
        writer.commit()
        writer.close()
        return str(path)

    return record


@pytest.fixture
def meter_csv(tmp_path):
    """Records the board with a meter, which begins before the session, at 50 rows a second."""
    t_s = np.arange(0, SECONDS + 25, 0.02)
    parts = (-0.008, -0.004, 0, 0.004, 0.008)
    watts = [np.mean([board(t - OFFSET_S + part) for part in parts]) for t in t_s]
    path = tmp_path / "fnb58.csv"
    path.write_text("Time(s),Power(W)\n" + "".join(f"{t:.3f},{w:.4f}\n" for t, w in zip(t_s, watts)))
    return str(path)


@pytest.fixture
def replay_of():
    """Opens replays, and closes them at the end."""
    opened = []

    def open_replay(path, csv):
        opened.append(ReplayFeed(path, paced=False, meter_csv=csv))
        return opened[-1]

    yield open_replay
    for feed in opened:
        feed.close()


def final(feed):
    aggregate = Aggregate(feed.description)
    while not feed.ended:
        aggregate.add(feed.drain())
    return aggregate.snapshot(final=True)


def offset_s(channel):
    return float(re.fullmatch(r"fnb58\.csv \(USB meter\), aligned at (\S+) s, r [01]\.\d\d", channel.source)[1])


@pytest.mark.parametrize("power", [True, False])
def test_it_lies_where_it_was_measured_and_its_energy_is_the_boards(session, meter_csv, replay_of, power):
    feed = replay_of(session(power=power), meter_csv)
    channel = feed.description.channels[-1]
    assert channel.id == feed.description.power and channel.covers == BOARD
    assert offset_s(channel) == pytest.approx(OFFSET_S, abs=0.02)
    snapshot = final(feed)
    assert snapshot.power == "power.csv.w"
    for run in snapshot.runs:
        assert run.power_w == pytest.approx(WATTS[run.run], rel=0.01)
        assert run.energy_j == pytest.approx(WATTS[run.run] / 20, rel=0.01)
    truth_j = sum(board(t) for t in np.arange(0.005, SECONDS, 0.01)) / 100
    assert snapshot.drawn_j == pytest.approx(truth_j, rel=0.01)


def test_the_readings_are_the_rows_in_the_sessions_time(session, meter_csv, replay_of):
    feed = replay_of(session(), meter_csv)
    parts = []
    while not feed.ended:
        batch = feed.drain()
        parts.append(batch.readings[feed.description.power])
        assert all(t < batch.until_ns or feed.ended for t in parts[-1].t_ns.tolist())
    t_s = (np.concatenate([part.t_ns for part in parts]) - feed.description.t0_mono_ns) / SECOND
    assert np.all(np.diff(t_s) == pytest.approx(0.02, abs=1e-6)), "no row twice, none left out"
    assert t_s[0] == pytest.approx(0, abs=0.021) and t_s[-1] == pytest.approx(SECONDS, abs=0.021)


def test_going_back_shows_its_watts_again(session, meter_csv):
    feed = ReplayFeed(session(), meter_csv=meter_csv)
    feed.command(Seek(20 * SECOND))
    feed.drain()
    feed.command(Seek(3 * SECOND))
    readings = feed.drain().readings[feed.description.power]
    feed.close()
    assert len(readings) == pytest.approx(150, abs=2)


def test_a_recording_of_something_else_is_refused_with_the_reason(session, tmp_path, replay_of):
    rng = np.random.default_rng(1)
    path = tmp_path / "other.csv"
    rows = "".join(f"{t:.3f},{3 + w:.4f}\n" for t, w in zip(np.arange(0, 60, 0.02), rng.standard_normal(3000)))
    path.write_text(f"Time(s),Power(W)\n{rows}")
    with pytest.raises(UsageError, match="does not fit the session") as caught:
        replay_of(session(), str(path))
    assert "r 0." in caught.value.title and caught.value.hint


def test_a_session_that_shows_nothing_of_its_power_is_refused(session, meter_csv, replay_of):
    with pytest.raises(UsageError, match="neither its power nor the CPU's use"):
        replay_of(session(power=False, cpu=False), meter_csv)


def test_the_command_line_tells_whose_watts_they_are(session, meter_csv):
    command = [sys.executable, "-m", "edgetop", "replay", session(), "--json", "-", "--meter-csv", meter_csv]
    power = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["power"]
    assert power["channel"] == "power.csv.w" and power["covers"] == BOARD
    assert power["source"].startswith("fnb58.csv (USB meter), aligned at +12.3")


def messages_of(client):
    """All that an engine says within some seconds, one after another."""
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            yield from client.receive()
            time.sleep(0.02)
    finally:
        client.close()


def test_the_screen_is_sent_its_watts(session, meter_csv):
    messages = messages_of(start_replay(session(), meter_csv))
    snapshot = next(message for message in messages if isinstance(message, Snapshot))
    messages.close()
    assert snapshot.power == "power.csv.w"


def test_the_screen_is_told_why_a_recording_is_refused(session, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    messages = messages_of(start_replay(session(), str(tmp_path / "other.csv")))
    ended = next(message for message in messages if isinstance(message, Ended))
    messages.close()
    assert ended.exit_code == 2 and "no columns" in ended.title and ended.hint
