"""The sampler and the watch over one probe: by steps on a made-up clock, and a few with real threads."""

from __future__ import annotations

import threading
import time

import pytest

from edgetop.errors import ProbeError
from edgetop.measure.sampler import CLOSE_S, Sampler
from edgetop.measure.watch import Watch
from edgetop.readings import Channel, Missing, Reading

MS = 1_000_000


class FakeClock:
    def __init__(self):
        self.ns = 1_000 * MS

    def __call__(self):
        return self.ns


class FakeProbe:
    """Answers what ``answers`` says next, and its last answer from then on."""

    name = "fake"
    title = "fake probe"

    def __init__(self, clock, answers=(), rate_hz=10.0, channels=1, opens=()):
        self.clock = clock
        self.rate_hz = rate_hz
        self.channels = tuple(Channel(f"fake.{n}", "W", "power", 0.001, run=3) for n in range(channels))
        self.answers = list(answers)
        self.opens = list(opens)
        self.read_takes_ns = 0
        self.log = []

    def open(self):
        self.log.append("open")
        problem = self.opens.pop(0) if self.opens else None
        if problem:
            raise problem

    def read(self):
        self.log.append("read")
        self.clock.ns += self.read_takes_ns
        answer = self.answers.pop(0) if len(self.answers) > 1 else (self.answers or [1.0])[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, (int, float)):
            answer = Reading(self.clock(), answer)
        return answer if isinstance(answer, tuple) else (answer,) * len(self.channels)

    def close(self):
        self.log.append("close")


@pytest.fixture
def clock():
    return FakeClock()


def watch_over(probe, clock, first_id=0):
    watch = Watch(probe, first_id, clock)
    watch.open()
    return watch


def run(watch, clock, until_ns):
    """Step whenever it is due, as the sampler's thread does; the times of the steps in milliseconds."""
    times = []
    while watch.due_ns <= until_ns:
        clock.ns = max(clock.ns, watch.due_ns)
        times.append((clock.ns - 1_000 * MS) // MS)
        watch.step()
    return times


def kinds(events):
    return [(event.kind, event.data["reason"]) for event in events]


def test_values_are_kept_in_ticks_of_the_channels_scale(clock):
    watch = watch_over(FakeProbe(clock, [1.2344, 1.2346, -0.5]), clock, first_id=7)
    run(watch, clock, 1_350 * MS)
    readings, events = watch.take()
    assert list(readings) == [7] and not events
    assert readings[7].ticks.tolist() == [1234, 1235, -500]
    assert readings[7].t_ns.tolist() == [1_100 * MS, 1_200 * MS, 1_300 * MS]
    assert readings[7].t_ns.dtype == readings[7].ticks.dtype == "int64"
    assert watch.take() == ({}, [])


def test_a_reading_that_is_given_again_is_kept_once(clock):
    first, second = Reading(5, 1.0), Reading(6, 2.0)
    watch = watch_over(FakeProbe(clock, [first, first, second, first]), clock)
    run(watch, clock, 1_450 * MS)
    assert watch.take()[0][0].t_ns.tolist() == [5, 6]


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300])
def test_a_reading_that_is_no_number_is_missing_and_leaves_nothing_behind(clock, value):
    watch = watch_over(FakeProbe(clock, [value, 2.0]), clock)
    run(watch, clock, 1_100 * MS)
    readings, events = watch.take()
    assert [kind for kind, _ in kinds(events)] == ["missing"]
    assert not any(len(r.t_ns) or len(r.ticks) for r in readings.values())


def test_ticks_that_were_missed_are_skipped_and_not_caught_up(clock):
    watch = watch_over(FakeProbe(clock), clock)
    assert run(watch, clock, 1_200 * MS) == [100, 200]
    clock.ns = 2_030 * MS
    assert run(watch, clock, 2_300 * MS) == [1030, 1100, 1200, 1300]


def test_missing_is_told_when_it_begins_and_when_it_ends(clock):
    gone = Missing("unplugged", "plug it in")
    watch = watch_over(FakeProbe(clock, [1.0, gone, gone, gone, 2.0, 3.0]), clock)
    run(watch, clock, 1_650 * MS)
    readings, events = watch.take()
    assert kinds(events) == [("missing", "unplugged"), ("back", "")]
    assert [event.t_ns for event in events] == [1_200 * MS, 1_500 * MS]
    assert events[0].data == {"channel": 0, "reason": "unplugged", "hint": "plug it in"}
    assert events[0].run == 3
    assert readings[0].ticks.tolist() == [1000, 2000, 3000]


def test_another_reason_is_told(clock):
    watch = watch_over(FakeProbe(clock, [Missing("not started"), Missing("ended")]), clock)
    run(watch, clock, 1_450 * MS)
    assert kinds(watch.take()[1]) == [("missing", "not started"), ("missing", "ended")]


def test_one_channel_may_be_missing_and_the_other_not(clock):
    watch = watch_over(FakeProbe(clock, [(Missing("too much"), Reading(9, 1.0))], channels=2), clock)
    run(watch, clock, 1_150 * MS)
    readings, events = watch.take()
    assert list(readings) == [1]
    assert [event.data["channel"] for event in events] == [0]


def test_a_sensor_that_is_gone_is_opened_again_with_growing_pauses(clock):
    gone = ProbeError("no answer", "check the wiring")
    probe = FakeProbe(clock, [1.0, gone, 2.0], opens=[None, *[gone] * 7])
    watch = watch_over(probe, clock)
    times = run(watch, clock, 60_000 * MS)
    pauses = [after - before for before, after in zip(times[1:], times[2:10])]
    assert pauses == [500, 1000, 2000, 4000, 8000, 10000, 10000, 10000]
    readings, events = watch.take()
    assert kinds(events) == [("missing", "no answer"), ("back", "")]
    assert readings[0].ticks.tolist()[:2] == [1000, 2000]
    assert probe.log[:5] == ["open", "read", "read", "close", "open"]


def test_the_pauses_begin_small_again_after_a_recovery(clock):
    gone = ProbeError("no answer")
    probe = FakeProbe(clock, [gone, 1.0, gone, 2.0])
    watch = watch_over(probe, clock)
    assert run(watch, clock, 2_450 * MS) == [100, 600, 700, 800, 1300, 1400]
    assert [event.t_ns // MS for event in watch.take()[1] if event.kind == "back"] == [1_700, 2_400]


def test_a_sensor_that_is_absent_from_the_start_is_missing_with_its_hint(clock):
    probe = FakeProbe(clock, opens=[ProbeError("no I2C bus", "turn I2C on")], channels=2)
    sampler = Sampler([probe], clock)
    readings, events = sampler.drain()
    assert readings == {}
    assert [event.data for event in events] == [
        {"channel": number, "reason": "no I2C bus", "hint": "turn I2C on"} for number in range(2)
    ]
    sampler.close()


def test_a_fault_in_a_probe_is_missing_with_its_text_and_tried_again(clock):
    watch = watch_over(FakeProbe(clock, [ZeroDivisionError("division by zero"), 1.0]), clock)
    run(watch, clock, 2_000 * MS)
    readings, events = watch.take()
    assert kinds(events) == [("missing", "ZeroDivisionError: division by zero"), ("back", "")]
    assert len(readings[0]) > 0


def test_values_that_do_not_fit_the_channels_are_a_fault(clock):
    watch = watch_over(FakeProbe(clock, [(Reading(1, 1.0),)], channels=2), clock)
    run(watch, clock, 1_150 * MS)
    readings, events = watch.take()
    assert readings == {}
    assert kinds(events) == [("missing", "fake probe gave 1 values for 2 channels")] * 2


def test_a_probe_that_returns_as_another_one_is_not_mixed_up(clock):
    probe = FakeProbe(clock, [1.0, ProbeError("gone"), 2.0])
    watch = watch_over(probe, clock)
    run(watch, clock, 1_250 * MS)
    probe.channels = (Channel("other", "W", "power", 1.0),)
    run(watch, clock, 3_000 * MS)
    readings, events = watch.take()
    assert readings[0].ticks.tolist() == [1000]
    assert kinds(events)[-1] == ("missing", "fake probe is not what it was at the start")


def test_a_slow_probe_is_slowed_and_it_is_said_once(clock):
    probe = FakeProbe(clock)
    probe.read_takes_ns = 300 * MS
    watch = watch_over(probe, clock)
    run(watch, clock, 20_000 * MS)
    events = watch.take()[1]
    assert [event.data["line"] for event in events] == [
        "fake probe: a reading takes 300 ms; it is read at 1.7 Hz from now on"
    ]
    first, second = run(watch, clock, 21_300 * MS)[-2:]
    assert second - first == 600


def test_a_slow_reading_now_and_then_does_not_slow_a_probe(clock):
    probe = FakeProbe(clock)
    watch = watch_over(probe, clock)
    for number in range(50):
        probe.read_takes_ns = 300 * MS if number % 5 else 0
        clock.ns = max(clock.ns, watch.due_ns)
        watch.step()
    assert watch.take()[1] == []


def test_ids_are_places_over_all_probes_and_events_are_in_order_of_time(clock):
    probes = [FakeProbe(clock, channels=2), FakeProbe(clock, opens=[ProbeError("absent")]), FakeProbe(clock)]
    sampler = Sampler(probes, clock)
    assert [channel.id for channel in sampler.channels] == [0, 1, 2, 3]
    assert [channel.name for channel in sampler.channels] == ["fake.0", "fake.1", "fake.0", "fake.0"]
    sampler.close()
    assert all(probe.log[-1] == "close" for probe in probes)


# ---- with threads


class CountingProbe(FakeProbe):
    """Says when it has been read ``enough`` times, or closed; blocks in its first read while ``gate`` is shut."""

    def __init__(self, enough=5, gate=None):
        super().__init__(time.monotonic_ns, rate_hz=1000.0)
        self.enough, self.gate = enough, gate
        self.had_enough, self.was_closed, self.entered = threading.Event(), threading.Event(), threading.Event()

    def read(self):
        self.entered.set()
        if self.gate:
            self.gate.wait(30)
        if self.log.count("read") >= self.enough:
            self.had_enough.set()
        self.log.append("read")
        return (Reading(time.monotonic_ns(), 1.0),)

    def close(self):
        super().close()
        self.was_closed.set()


def test_each_probe_is_read_in_its_own_thread_and_closed_at_the_end():
    probes = [CountingProbe(), CountingProbe()]
    sampler = Sampler(probes)
    sampler.start()
    assert all(probe.had_enough.wait(10) for probe in probes)
    sampler.close()
    readings, _ = sampler.drain()
    assert set(readings) == {0, 1}
    assert all(len(values) >= 5 and (values.t_ns[1:] > values.t_ns[:-1]).all() for values in readings.values())
    assert all(probe.was_closed.is_set() for probe in probes)


def test_a_probe_that_blocks_holds_up_neither_the_others_nor_the_end():
    gate = threading.Event()
    stuck, other = [CountingProbe(gate=gate) for _ in range(20)], CountingProbe()
    sampler = Sampler([*stuck, other])
    sampler.start()
    assert all(probe.entered.wait(10) for probe in stuck) and other.had_enough.wait(10)
    begin = time.monotonic()
    sampler.close()
    assert time.monotonic() - begin < 10 * CLOSE_S < 5  # that of all, not of each; ten times, on a busy machine
    assert list(sampler.drain()[0]) == [20]
    gate.set()
    assert all(probe.was_closed.wait(10) for probe in stuck)


def test_nothing_is_lost_between_two_drains():
    probe = CountingProbe(enough=300)
    sampler = Sampler([probe])
    sampler.start()
    stamps = []
    while not probe.had_enough.is_set():
        readings, _ = sampler.drain()
        stamps.extend(readings[0].t_ns.tolist() if readings else [])
        probe.had_enough.wait(0.01)
    sampler.close()
    readings, _ = sampler.drain()
    stamps.extend(readings[0].t_ns.tolist() if readings else [])
    assert len(stamps) == probe.log.count("read")
    assert stamps == sorted(set(stamps))


def test_a_probe_that_waits_for_its_sensor_is_asked_again_at_once(clock):
    probe = FakeProbe(clock, rate_hz=10.0)
    probe.waits, probe.read_takes_ns = True, 91 * MS
    assert run(watch_over(probe, clock), clock, 1_500 * MS) == [100, 191, 282, 373, 464]
    probe.read_takes_ns = 200 * MS
    watch = watch_over(probe, clock)
    times = run(watch, clock, clock.ns + 4_000 * MS)
    assert {after - before for before, after in zip(times, times[1:])} == {200}, "it is not slowed"


def test_one_that_says_that_it_waits_and_does_not_is_held_back(clock):
    probe = FakeProbe(clock, rate_hz=10.0)
    probe.waits = True
    assert run(watch_over(probe, clock), clock, 1_300 * MS) == [100, 150, 200, 250, 300]


def test_one_that_gathers_gives_many_readings_at_a_time_up_to_what_is_odd(clock):
    odd = Missing("overflow")
    probe = FakeProbe(clock)
    probe.waits = True
    probe.gather = lambda until_ns: [(Reading(clock.ns + n, float(n)),) for n in range(1, 6)] + [(odd,)]
    watch = watch_over(probe, clock)
    watch.step()
    readings, events = watch.take()
    assert readings[0].ticks.tolist() == [1000, 2000, 3000, 4000, 5000]
    assert kinds(events) == [("missing", "overflow")]
    assert probe.log == ["open"], "it is not asked for single ones"


def test_probes_that_never_take_long_share_a_thread_and_others_have_their_own():
    names = {}

    class Sharing(CountingProbe):
        shares = True

        def read(self):
            names.setdefault(self, set()).add(threading.current_thread().name)
            return super().read()

    first, second, alone = Sharing(), Sharing(), Sharing()
    alone.shares = False
    sampler = Sampler([first, alone, second])
    sampler.start()
    assert all(probe.had_enough.wait(10) for probe in (first, second, alone))
    sampler.close()
    assert names[first] == names[second] == {"probe fake, fake"} and names[alone] == {"probe fake"}
    assert first.was_closed.is_set() and second.was_closed.is_set()


def test_probes_of_one_thread_are_due_together(clock):
    watches = [watch_over(FakeProbe(clock, rate_hz=rate_hz), clock) for rate_hz in (4.0, 2.0, 1.0)]
    clock.ns += 130 * MS
    late = watch_over(FakeProbe(clock, rate_hz=4.0), clock)
    assert [watch.due_ns // MS for watch in (*watches, late)] == [1250, 1500, 2000, 1250]
