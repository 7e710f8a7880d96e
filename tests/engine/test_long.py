"""A session of a day: it takes no more memory than one of some hours, and a replay ends in the same digits."""

import copy
import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgetop.engine import blocks, figures, meter
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.chosen import Chosen, lots
from edgetop.engine.replay import ReplayFeed
from edgetop.engine.series import GrowingArray
from edgetop.sessions.writer import SessionWriter

PROGRAM = Path(__file__).parents[1] / "fakes" / "long_session.py"
SECONDS, RATE = 120, 200


@pytest.fixture(scope="module")
def long_session():
    spec = importlib.util.spec_from_file_location("edgetop_test_long_session", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def few(monkeypatch):
    """A thousandth of what is kept else: two minutes are as long as a day."""
    monkeypatch.setattr(figures, "MOST", 1000)
    monkeypatch.setattr(blocks, "MOST", 64)


def aggregate_of(long_session, leave_out=False):
    description = long_session.describe()
    plan = dataclasses.replace(description.plan, leave_out_throttled=leave_out)
    return Aggregate(dataclasses.replace(description, plan=plan))


@pytest.fixture
def batches(long_session):
    return [long_session.second(number, RATE, throttled_every=20) for number in range(SECONDS)]


def test_rows_are_chosen_by_themselves_alone_and_about_half_of_the_most_are_left():
    numbers = np.arange(100_000) * 5_000_000
    at_once, in_parts = Chosen(1000, np.int64, np.float64), Chosen(1000, np.int64, np.float64)
    at_once.extend(numbers, numbers / 2)
    for part in np.array_split(numbers, 77):
        in_parts.extend(part, part / 2)
    assert at_once.columns[0].tolist() == in_parts.columns[0].tolist()
    assert 400 < len(at_once.columns[0]) <= 1000
    assert at_once.columns[1].tolist() == (at_once.columns[0] / 2).tolist()
    assert at_once.count == 100_000 and round(at_once.each * len(at_once.columns[0])) == 100_000


def test_few_rows_are_all_kept():
    kept = Chosen(1000, np.int64)
    kept.extend(np.arange(1000))
    assert kept.columns[0].tolist() == list(range(1000)) and kept.each == 1.0


def test_no_rhythm_of_starts_is_followed():
    for period in (1, 2, 1000, 1 << 20, 5_000_000, 1 << 33):
        chosen = (lots(np.arange(40_000) * period) & np.uint64(7)) == 0
        assert 4500 < chosen.sum() < 5500
        assert 1100 < chosen[::4].sum() < 1400


def test_numbers_that_are_all_the_same_end_too():
    kept = Chosen(10, np.int64)
    kept.extend(np.full(100, 7))
    kept.extend(np.full(100, 7))
    assert kept.count == 200


def test_a_copy_goes_on_by_itself():
    kept = Chosen(1000, np.int64)
    kept.extend(np.arange(900))
    twin = copy.deepcopy(kept)
    kept.extend(np.arange(900, 5000))
    twin.extend(np.arange(900, 950))
    assert twin.columns[0].tolist() == list(range(950))
    twin.extend(np.arange(950, 5000))
    assert twin.columns[0].tolist() == kept.columns[0].tolist()


def test_an_array_begins_with_what_it_is_given():
    array = GrowingArray.of(np.array([1, 2]))
    array.extend(np.array([3]))
    assert array.view().tolist() == [1, 2, 3]


@pytest.mark.parametrize("leave_out", [False, True])
def test_of_many_samples_the_replay_ends_in_the_live_digits(few, long_session, batches, tmp_path, leave_out):
    live = aggregate_of(long_session, leave_out)
    path = str(tmp_path / "a.edgetop")
    writer = SessionWriter(path, live._description)
    for batch in batches:
        live.add(batch)
        writer.add(batch)
        live.snapshot()
    writer.close()
    feed = ReplayFeed(path, paced=False)
    while not feed.ended:
        feed.aggregate.add(feed.drain())
    feed.close()
    expected, replayed = live.snapshot(final=True), feed.aggregate.snapshot(final=True)
    assert len(live._runs[0]._kept.columns[0]) <= 1000 < expected.runs[0].count
    assert len(live._runs[0].blocks.raw) <= 64 < len(live._runs[0].blocks)
    assert dataclasses.replace(replayed, columns=expected.columns, t_ns=expected.t_ns) == expected


def test_figures_of_those_chosen_are_near_those_of_all(long_session, batches, monkeypatch):
    whole = aggregate_of(long_session)
    for batch in batches:
        whole.add(batch)
    exact = whole.snapshot(final=True)
    monkeypatch.setattr(figures, "MOST", 3000)
    few = aggregate_of(long_session)
    for batch in batches:
        few.add(batch)
    near = few.snapshot(final=True)
    for one, other in zip(exact.runs, near.runs):
        for name in ("count", "mean_ns", "min_ns", "max_ns", "set_aside", "contended", "lost"):
            assert getattr(one, name) == getattr(other, name)
        assert other.p50_ns == pytest.approx(one.p50_ns, rel=0.01)
        assert other.p90_ns == pytest.approx(one.p90_ns, rel=0.01)
        assert other.p50_less_waiting_ns == pytest.approx(one.p50_less_waiting_ns, rel=0.01)
        assert other.throttled == pytest.approx(one.throttled, rel=0.2) and one.throttled > 1000
        assert other.strata["clean"].count == pytest.approx(one.strata["clean"].count, rel=0.1)


def test_power_that_no_stretch_asks_for_is_forgotten_after_an_hour():
    told = meter.EnergyMeter((0,), None)
    for second in range(3 * meter.MANY):
        told.add_readings(np.array([second]) * 10**9, np.array([1.0]))
        told.settle()
    kept_s = (told._t_ns[-1][-1] - told._t_ns[0][0]) // 10**9
    assert 3600 <= kept_s <= 3600 + meter.MANY + 1


def test_turns_do_not_wait_for_ever_for_a_meter_that_is_gone(long_session):
    told = meter.EnergyMeter((0,), long_session.CHANNELS[0])
    for second in range(3 * 3600):
        told.add_turn(0, meter.Window(second * 10**9, (second + 1) * 10**9, 10))
        told.settle()
    assert len(told._waiting) <= 3601


def test_a_day_of_samples_takes_no_more_memory_than_a_third_of_it():
    """Of each run more than two million samples, as many as of a day at 28 a second; all kept would be 110 MB."""
    done = subprocess.run([sys.executable, str(PROGRAM), "60", "80000"], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    memory = {int(second): mb for second, mb in told["memory_mb"].items()}
    early = max(mb for second, mb in memory.items() if second <= 22)
    assert sum(run["latency_s"]["n"] for run in told["result"]["results"]) > 4_700_000
    assert max(memory.values()) - early < 40, memory
