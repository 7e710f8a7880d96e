"""The picture that the runs see reaches the screen, live and in a replay."""

from __future__ import annotations

import pytest

from edgetop.controls import Pause, Speed, Stop
from edgetop.encoding import decode, encode
from edgetop.engine.loop import Loop
from edgetop.engine.replay import ReplayFeed
from edgetop.engine.start import live_loop
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Picture, Snapshot
from edgetop.samples import Batch, Event
from edgetop.sessions.writer import SessionWriter

DATA = {"width": 640, "height": 480, "columns": 2, "rows": 1, "rgb": "AAECAwQF"}


class Screen:
    """Keeps what is published."""

    def __init__(self):
        self.messages = []

    def publish(self, message):
        self.messages.append(decode(encode(message), shown=True))
        return True

    @property
    def pictures(self):
        return [message for message in self.messages if isinstance(message, Picture)]


@pytest.fixture
def session(tmp_path, description):
    """Writes a session of these pictures."""

    def write(*pictures):
        path = str(tmp_path / "a.edgetop")
        writer = SessionWriter(path, description)
        start = description.t0_mono_ns
        events = tuple(Event(start + place, "picture", data) for place, data in enumerate(pictures, 1))
        writer.add(Batch(start + 1_000_000, events=(*events, Event(start + 900_000, "marker", {"text": ""}))))
        writer.commit()
        writer.close()
        return path

    return write


def replayed(path, *orders):
    """What a screen is told by a replay; each of the commands is given once the end is shown."""
    screen, waiting = Screen(), [*orders, Stop()]

    def commands(timeout_s):
        at_end = screen.messages and isinstance(screen.messages[-1], Snapshot) and screen.messages[-1].state == "ended"
        if not at_end:
            return [Speed(1000)]
        screen.messages.append(None)
        return [waiting.pop(0)]

    Loop(ReplayFeed(path), screen, commands, hold_at_end=True).run()
    return screen


def test_a_live_run_shows_its_picture_once_and_records_it(tmp_path):
    path = str(tmp_path / "live.edgetop")
    screen = Screen()
    plan = Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")), input="coffee", count=3, record=path)
    live_loop(plan, screen, lambda timeout_s: []).run()
    (picture,) = screen.pictures
    assert (picture.width, picture.height, picture.columns, picture.rows) == (450, 300, 96, 64)
    assert replayed(path).pictures == [picture]


def test_a_run_on_noise_shows_none():
    screen = Screen()
    live_loop(Plan((RunSpec(0, "tiny", "null"),), input="noise", count=3, record="none"), screen, lambda _: []).run()
    assert screen.messages
    assert not screen.pictures


def test_a_replay_that_plays_again_shows_it_again(session):
    assert replayed(session(DATA), Pause(False)).pictures == [Picture(**DATA)] * 2


def test_pictures_that_are_none_are_passed_over(session):
    hostile = [{**DATA, "columns": 3}, {**DATA, "rgb": "\x1b[2J"}, {**DATA, "width": 0}, {"rgb": DATA["rgb"]}, {}]
    newer = {**DATA, "depth": 16}
    assert replayed(session(*hostile, newer)).pictures == [Picture(**DATA)]


def test_of_many_in_one_stretch_only_the_last_is_published(session):
    assert replayed(session(*({**DATA, "width": 1 + n} for n in range(50)))).pictures == [
        Picture(**{**DATA, "width": 50})
    ]
