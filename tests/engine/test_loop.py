"""What the loop says of a recording beside the measuring."""

import pytest

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.loop import Loop
from edgetop.engine.recordings import Recordings
from edgetop.protocol import Notice, Recording
from edgetop.samples import Batch, Event


class Screen:
    def __init__(self):
        self.notices = []

    def publish(self, message):
        if isinstance(message, Notice):
            self.notices.append(message)
        return True


class Feed:
    """Nothing, so many times."""

    paused = failed = hurried = repeats = can_seek = False
    sought_ns = None
    speed = 1.0
    pace = 0.0
    duration_ns = known_ns = 0

    def __init__(self, description, drains, events=()):
        self.description = description
        self.aggregate = Aggregate(description)
        self._left = drains
        self._events = tuple(events)

    ended = property(lambda self: self._left <= 0)

    def start(self):
        pass

    close = start

    def drain(self):
        self._left -= 1
        return Batch(self.description.t0_mono_ns, events=self._events)

    def log(self):
        return []


class Recorder:
    """A recording that tells these messages, one a drain."""

    failure = None
    path = "a.edgetop"

    def __init__(self, messages):
        self._messages = [*messages, ""]

    def add(self, batch):
        self._message = self._messages.pop(0)

    def status(self):
        return Recording(self.path, 1, 1, self._message)

    def close(self):
        pass


@pytest.mark.parametrize(
    ("messages", "told"),
    [(("little room",) * 3, 1), (("little room", "", "little room"), 2), (("", ""), 0)],
)
def test_a_shortage_of_room_is_told_once_each_time_it_comes(description, messages, told):
    screen = Screen()
    feed = Feed(description, len(messages))
    recordings = Recordings(description, lambda: "", Recorder(messages))
    Loop(feed, screen, lambda timeout_s: [], recordings).run()
    assert [notice.title for notice in screen.notices] == ["little room"] * told


def test_operators_of_runs_that_the_plan_does_not_have_are_passed_over(description):
    events = [Event(description.t0_mono_ns, "operators", {"missing": "none"}, run) for run in (None, -1, 0, 77)]
    loop = Loop(Feed(description, 1, events), Screen(), lambda timeout_s: [])
    loop.run()
    assert list(loop.operators) == [0]
