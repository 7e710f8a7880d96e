"""Recordings begun and ended in the midst of a measurement: each file stands alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from edgetop.clock import now_ns
from edgetop.engine.loop import Loop
from edgetop.engine.recordings import Recordings
from edgetop.engine.replay import ReplayFeed
from edgetop.engine.standing import Standing
from edgetop.errors import CannotWrite
from edgetop.protocol import Recording
from edgetop.readings import Missing
from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.recorder import Recorder


class Nobody:
    def publish(self, message):
        return True


@pytest.fixture
def live(description):
    return dataclasses.replace(description, t0_mono_ns=now_ns())


def turn(run, start_ns, end_ns):
    return Event(end_ns, "turn", {"start_ns": start_ns, "end_ns": end_ns, "count": 9, "cpu_ns": 5}, run)


def inferences(count):
    end, duration = now_ns(), np.full(count, 1000, np.int64)
    return Samples(end - 1000 * np.arange(count, 0, -1, dtype=np.int64), duration, duration * 0, duration * 0)


def final(path):
    feed = ReplayFeed(path, paced=False)
    loop = Loop(feed, Nobody(), lambda _: [])
    loop.run()
    return loop.last


def test_a_file_begun_in_mid_run_knows_what_was_told_before_and_nothing_that_was_measured(live, tmp_path):
    names = iter(["a.edgetop", "b.edgetop"])
    recordings = Recordings(live, lambda: str(tmp_path / next(names)))
    began = live.t0_mono_ns
    before = (
        Event(began + 1, "run", {"status": "loading", "weights": "trained"}, 0),
        Event(began + 2, "run", {"status": "running", "load_ns": 7, "version": "2.3"}, 0),
        Event(began + 3, "outputs", {"labels": [["tabby", 0.5]]}, 0),
        turn(0, began, began + 4),
        Event(began + 5, "marker", {"text": "before"}),
    )
    recordings.add(Batch(now_ns(), {0: inferences(50)}, events=before))
    assert recordings.status() == Missing("not recording")
    recordings.switch(True)
    assert isinstance(recordings.status(), Recording)
    first = now_ns()
    cut, whole = turn(0, began, first), turn(0, first, first + 1)
    recordings.add(Batch(now_ns(), {0: inferences(20)}, events=(cut, whole)))
    recordings.switch(False)
    recordings.add(Batch(now_ns(), {0: inferences(30)}))
    recordings.switch(True)
    recordings.add(Batch(now_ns(), {0: inferences(7)}))
    recordings.close()
    assert recordings.failure is None
    for name, count in (("a.edgetop", 20), ("b.edgetop", 7)):
        snapshot = final(str(tmp_path / name))
        run = snapshot.runs[0]
        assert run.count == count
        assert (run.status, run.version, run.load_ns, run.weights) == ("running", "2.3", 7, "trained")
        assert run.labels == (("tabby", 0.5),)
        assert snapshot.since_ns > 0
    with SessionReader(str(tmp_path / "a.edgetop")) as reader:
        events = [event for batch in reader.batches(0, reader.duration_ns) for event in batch.events]
        assert reader.closed
        assert [event for event in events if event.kind == "turn"] == [whole]
        assert reader.markers() == []
        first_id = reader.description.session_id
    with SessionReader(str(tmp_path / "b.edgetop")) as reader:
        assert reader.description.session_id not in (first_id, live.session_id)


def test_one_that_is_recorded_from_its_start_can_be_ended_and_another_begun(live, tmp_path):
    recorder = Recorder(str(tmp_path / "a.edgetop"), live)
    recordings = Recordings(live, lambda: str(tmp_path / "b.edgetop"), recorder)
    recordings.add(Batch(now_ns(), {0: inferences(20)}))
    recordings.switch(False)
    assert recordings.path == str(tmp_path / "a.edgetop")
    recordings.switch(True)
    assert recordings.path == str(tmp_path / "b.edgetop")
    recordings.close()
    assert final(str(tmp_path / "a.edgetop")).since_ns == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.edgetop", "b.edgetop"]


def test_a_place_that_cannot_be_written_is_told_and_measuring_goes_on(live, tmp_path):
    def nowhere():
        raise CannotWrite("No folder", "Make one")

    recordings = Recordings(live, nowhere)
    (notice,) = recordings.switch(True)
    assert (notice.title, notice.hint, notice.severity) == ("No folder", "Make one", "error")
    recordings.add(Batch(now_ns()))
    assert recordings.status() == Missing("not recording")
    recordings = Recordings(live, lambda: str(tmp_path / "gone" / "a.edgetop"))
    (notice,) = recordings.switch(True)
    assert "no folder" in notice.title and notice.severity == "error"
    recordings.close()
    assert recordings.failure is None


def test_what_stands_is_the_newest_of_each_kind():
    standing = Standing()
    standing.add(
        [
            Event(1, "missing", {"channel": 3, "reason": "gone", "hint": ""}),
            Event(2, "missing", {"channel": 4, "reason": "gone", "hint": ""}),
            Event(3, "back", {"channel": 3, "reason": "", "hint": ""}),
            Event(4, "throttle", {"sign": "throttled", "on": True}),
            Event(5, "throttle", {"sign": "under-voltage", "on": True}),
            Event(6, "throttle", {"sign": "throttled", "on": False}),
            Event(7, "accuracy", {"pictures": 1, "pictures_of": 9}, 0),
            Event(8, "accuracy", {"pictures": 2, "pictures_of": 9}, 0),
            Event(9, "log", {"line": "…"}, 0),
        ]
    )
    assert [event.t_ns for event in standing.events()] == [2, 5, 8]
