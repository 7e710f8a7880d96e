"""The whole of a session at once tells where its latencies and markers lie."""

import dataclasses

import pytest

from edgetop.engine.overview import overview
from edgetop.samples import Batch, Event
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

SECOND = 1_000_000_000


def test_courses_and_markers_of_the_whole(tmp_path, description, recording):
    mark = Event(description.t0_mono_ns + 3 * SECOND, "marker", {"text": "here"})
    writer = SessionWriter(str(tmp_path / "a.edgetop"), description)
    writer.add(Batch(recording.until_ns, recording.samples, recording.readings, (*recording.events, mark)))
    writer.close()
    with SessionReader(str(tmp_path / "a.edgetop")) as reader:
        found = overview(reader)
        assert found.duration_ns == reader.duration_ns
    assert found.width_ns == SECOND
    power = found.courses["power.board.w"]
    assert len(power) in (8, 9) and all(2 <= watts <= 3 for watts in power)
    assert found.courses["latency.0"][0] == pytest.approx(5.05e6, rel=0.05)
    assert found.courses["latency.1"][0] == pytest.approx(8.05e6, rel=0.05)
    assert [(m.t_ns, m.title) for m in found.markers if m.kind == "marker"] == [(3 * SECOND, "here")]
    assert dataclasses.is_dataclass(found.markers[0])
