"""Markers: the same few words about whatever happened, whoever asks for them."""

from __future__ import annotations

import pytest

from edgetop.samples import Batch, Event
from edgetop.sessions.markers import KINDS, Marker, markers
from edgetop.sessions.reader import SessionReader

SECOND = 1_000_000_000


@pytest.fixture
def marked(sessions):
    def make(*told):
        """Markers of (seconds, kind, data, run) as (seconds, kind, title, run)."""
        events = [Event(sessions.start_ns + int(at * SECOND), kind, data, *run) for at, kind, data, *run in told]
        return [(m.t_ns / SECOND, *m[1:]) for m in markers(events, sessions.describe())]

    return make


def test_states_of_a_run_are_marked_where_they_change(marked):
    assert marked(
        (1, "run", {"status": "preparing", "message": "writing m for litert"}, 0),
        (2, "run", {"status": "loading", "message": ""}, 0),
        (3, "run", {"status": "loading", "note": "told again"}, 0),
        (3, "run", {"status": "loading"}, 1),
        (4, "run", {"weights": "trained"}, 0),
        (5, "run", {"status": "failed", "message": "out of memory\x1b[2J", "hint": "…"}, 0),
    ) == [
        (1, "run", "preparing: writing m for litert", 0),
        (2, "run", "loading", 0),
        (3, "run", "loading", 1),
        (5, "error", "out of memory\N{REPLACEMENT CHARACTER}[2J", 0),
    ]


def test_a_sensor_is_lost_once_for_all_its_channels_and_reasons(marked):
    def gone(reason, channel=1):
        return "missing", {"channel": channel, "reason": reason, "hint": ""}

    assert marked(
        (-1, *gone("not wired", 0)),
        (2, *gone("bus error")),
        (3, *gone("no such device")),
        (9, "back", {"channel": 1, "reason": "", "hint": ""}),
        (9, "back", {"channel": 0, "reason": "", "hint": ""}),
        (12, *gone("worker gone", 2)),
        (13, *gone("of nobody", 77)),
    ) == [
        (2, "sensor", "INA219 is gone: bus error", None),
        (9, "sensor", "INA219 is back", None),
        (9, "sensor", "CPU is back", None),
    ]


def test_what_befalls_the_board_is_marked(marked):
    assert marked(
        (1, "throttle", {"sign": "under-voltage", "on": True}),
        (2, "throttle", {"sign": "under-voltage", "on": False}),
        (3, "clock", {"step_ns": -90 * SECOND}),
        (4, "disk", {"text": "little room left"}),
        (5, "marker", {"text": "fan on"}),
        (6, "marker", {"text": ""}),
        (7, "log", {"line": "no marker"}),
    ) == [
        (1, "throttle", "under-voltage begins", None),
        (2, "throttle", "under-voltage ends", None),
        (3, "clock", "wall clock set by -90.000 s", None),
        (4, "disk", "little room left", None),
        (5, "marker", "fan on", None),
        (6, "marker", "marker", None),
    ]


def test_a_reader_tells_them_without_what_is_not_sound(tmp_path, sessions):
    start = sessions.start_ns
    events = (
        Event(start + 1, "run", {"status": 7}, 0),
        Event(start + 2, "throttle", {"sign": "throttled"}),
        Event(start + 3, "outputs", {"labels": []}, 0),
        Event(start + 4, "run", {"status": "done"}, 1),
    )
    with SessionReader(sessions.write(tmp_path / "a", [Batch(start + 5, events=events)])) as reader:
        assert reader.markers() == [Marker(4, "run", "done", 1)]
        assert {marker.kind for marker in reader.markers()} <= set(KINDS)
