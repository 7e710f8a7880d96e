"""A session says what edgetop itself took of the board."""

from edgetop.engine import own_cost
from edgetop.engine.own_cost import EVERY_NS, RecordedCost
from edgetop.samples import is_sound


def test_own_cost_is_recorded_every_ten_seconds(monkeypatch):
    now, cpu = [0], [0]
    monkeypatch.setattr(own_cost, "now_ns", lambda: now[0])
    monkeypatch.setattr(own_cost.time, "process_time_ns", lambda: cpu[0])
    cost = RecordedCost()
    now[0], cpu[0] = EVERY_NS - 1, 7
    assert cost.event() is None
    now[0], cpu[0] = EVERY_NS, EVERY_NS // 20
    event = cost.event()
    assert (event.t_ns, event.kind, event.data["engine_cpu_percent"]) == (EVERY_NS, "cost", 5.0)
    assert 1 << 20 < event.data["engine_peak_rss_bytes"] < 1 << 40
    assert is_sound(event)
    assert cost.event() is None
