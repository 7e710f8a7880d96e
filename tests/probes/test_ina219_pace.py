"""When conversions end, on a bus that takes its time and with a thread that wakes late."""

from __future__ import annotations

import random

import pytest

from edgetop.probes.ina219_pace import Pace

PERIOD_NS = 9_044_000
WIRE_NS, LATE_NS = 480_000, 100_000


@pytest.mark.parametrize("speed", [0.91, 0.99, 1.0, 1.01, 1.09])
def test_no_conversion_is_lost_on_a_slow_bus_however_fast_the_chip(clock, speed):
    begin_ns = clock.ns
    cleared = 0
    ended = lambda: int((clock.ns - begin_ns) * speed / PERIOD_NS)  # noqa: E731

    def look():
        lit = ended() > cleared
        clock.ns += WIRE_NS
        return lit

    def sleep(seconds):
        clock.sleep(seconds)
        clock.ns += LATE_NS

    pace = Pace(PERIOD_NS, clock, sleep)
    read = []
    for _ in range(500):
        if pace.seeks:
            middle_ns = pace.seek(look)
        else:
            middle_ns = pace.skip()
            clock.ns += WIRE_NS
        read.append((middle_ns - begin_ns) * speed / PERIOD_NS - 0.5)
        if pace.seeks:
            cleared = ended()
            clock.ns += WIRE_NS
        clock.ns += WIRE_NS
    assert [round(one) for one in read] == list(range(500))
    assert max(abs(one - round(one)) for one in read[20:]) * PERIOD_NS < 2_000_000


@pytest.mark.parametrize("seed", [0, 1])
def test_looks_that_come_late_tell_little_of_when_a_conversion_ended(clock, seed):
    """A thread that wakes late one time in five stamps nine readings in ten right to a millisecond."""
    begin_ns, rng = clock.ns, random.Random(seed)
    cleared = 0
    ended = lambda: (clock.ns - begin_ns) // PERIOD_NS  # noqa: E731

    def sleep(seconds):
        clock.sleep(seconds)
        clock.ns += LATE_NS if rng.random() < 0.8 else rng.randrange(PERIOD_NS // 2)

    def look():
        lit = ended() > cleared
        clock.ns += 100_000
        return lit

    pace = Pace(PERIOD_NS, clock, sleep)
    phases = []
    for _ in range(600):
        middle_ns = pace.seek(look) if pace.seeks else pace.skip()
        cleared = ended() if pace.seeks else cleared
        phases.append((middle_ns - begin_ns) / PERIOD_NS - 0.5)
    off_ns = sorted(abs(phase - round(phase)) * PERIOD_NS for phase in phases[20:])
    assert off_ns[len(off_ns) * 9 // 10] < 1_000_000


@pytest.mark.parametrize("late", [1.5, 2.2, 2.99, 3.3, 10.05])
@pytest.mark.parametrize("speed", [0.9, 1.0, 1.1])
def test_a_thread_that_was_held_up_before_the_flag_was_put_out_waits_for_the_next_end(clock, late, speed):
    """Else a busy machine would have the meter asleep, which is then set up anew."""
    begin_ns, cleared = clock.ns, [0]
    ended = lambda: int((clock.ns - begin_ns) * speed / PERIOD_NS)  # noqa: E731
    pace = Pace(PERIOD_NS, clock, clock.sleep)
    found = []
    for _ in range(500):
        found.append(pace.seek(lambda: ended() > cleared[0]) if pace.seeks else pace.skip())
        if pace.seeks:
            clock.ns += round(late * PERIOD_NS)
            cleared[0] = ended()
    assert None not in found


def test_a_chip_that_has_stopped_is_noticed_two_periods_after_its_flag_was_put_out(clock):
    pace = Pace(PERIOD_NS, clock, clock.sleep)
    assert pace.seek(lambda: clock.ns > 5_000_000_000 + PERIOD_NS) is not None
    begin_ns = clock.ns
    assert pace.seek(lambda: False) is None
    assert clock.ns - begin_ns < 2.2 * PERIOD_NS
