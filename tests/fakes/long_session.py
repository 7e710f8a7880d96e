"""A live session of any length, measured as fast as the engine takes it: what a day does to its memory.

As a program it runs the engine's own loop over one and prints, as JSON, its resident memory along the way and the
figures it ends in: ``long_session.py SECONDS RATE [FILE TO RECORD]``.
"""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np

from edgetop.engine.aggregate import Aggregate
from edgetop.engine.loop import Loop
from edgetop.engine.recordings import Recordings
from edgetop.engine.result import result
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import SETTLING, Batch, Event, Readings, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.recorder import Recorder

SECOND = 1_000_000_000
START_NS = 5 * SECOND
TURN_NS = SECOND // 4
FRAMEWORKS = ("litert", "caffe")
CHANNELS = (
    Channel("power.board.w", "W", "power", 1e-6, charted=True, source="a meter", id=0),
    Channel("clock.cpu", "Hz", "CPU clock", 1000.0, id=1),
    Channel("throttle.now", "", "throttled", 1.0, id=2),
    Channel("cpu.0", "%", "core 0", 0.01, charted=True, id=3),
)
FAST = (0, 100)
PAGE = os.sysconf("SC_PAGE_SIZE")


def describe():
    """Two runs of one thread and four sensors, of which the power's is read a hundred times a second."""
    runs = tuple(RunSpec(place, "efficientnet_lite0", name, threads=1) for place, name in enumerate(FRAMEWORKS))
    start = (START_NS, 1_700_000_000_000_000_000)
    return Description("a-long-one", *start, "0.1.0", Plan(runs), CHANNELS, {"cores": 4}, power=0)


def second(number, rate, throttled_every=600):
    """All of one second: four turns, ``rate`` inferences in it, whose latency drifts and has outliers."""
    rng = np.random.default_rng(number)
    begin = START_NS + number * SECOND
    events = [Event(begin + 1, "run", {"status": "running"}, run) for run in (0, 1)] if number == 0 else []
    parts = {0: [], 1: []}
    each = rate // 4
    period = TURN_NS // each
    for turn in range(4):
        run, start = (0, 1, 1, 0)[turn], begin + turn * TURN_NS
        noise = rng.normal(0, 0.03, each) + (rng.random(each) < 0.005)
        drift = 0.1 * np.sin(number / 7000)
        usual = period * (0.6 if run else 0.5) * np.exp(noise + drift)
        duration = np.minimum(usual, period * 0.98).astype(np.int64)
        wait = np.where(rng.random(each) < 0.05, duration // 50, 0)
        flags = np.where(np.arange(each) < 2, SETTLING, 0)
        parts[run].append(np.array([start + np.arange(each) * period, duration, wait, flags]))
        end = int(start + (each - 1) * period + duration[-1])
        data = {"start_ns": start, "end_ns": end, "count": each, "cpu_ns": (end - start) * 9 // 10}
        events.append(Event(end, "turn", {**data, "sweep": 2 * number + turn // 2}, run))
    fast = begin + np.arange(FAST[1]) * (SECOND // FAST[1])
    once = np.array([begin + SECOND // 3])
    readings = {
        0: Readings(fast, 2_500_000 + rng.integers(-9000, 9000, len(fast))),
        1: Readings(once, rng.choice([1_500_000, 1_800_000], 1)),
        2: Readings(once, np.array([int(number % throttled_every < 5)])),
        3: Readings(once, rng.integers(0, 10_000, 1)),
    }
    samples = {run: Samples(*np.concatenate(part, axis=1)) for run, part in parts.items()}
    return Batch(begin + SECOND, samples, readings, tuple(sorted(events, key=lambda event: event.t_ns)))


class LongFeed:
    """So many seconds, one a drain; ``look`` is called before each."""

    can_seek = paused = failed = repeats = False
    hurried = True
    sought_ns = None
    speed, pace = 1.0, 0.0
    duration_ns = known_ns = 0

    def __init__(self, seconds, rate, look):
        self.description = describe()
        self.aggregate = Aggregate(self.description)
        self._seconds, self._rate, self._look = seconds, rate, look
        self._next = 0

    @property
    def ended(self):
        return self._next >= self._seconds

    def drain(self):
        if self.ended:
            return Batch(START_NS + self._next * SECOND)
        self._look(self._next)
        self._next += 1
        return second(self._next - 1, self._rate)

    def start(self):
        pass

    def log(self):
        return []

    def close(self):
        pass


class Nobody:
    """A publisher that takes all."""

    def publish(self, message):
        return True


def resident_mb():
    """Of this process, now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE / 2**20


def main(seconds, rate, path=""):
    memory = {}

    def look(number):
        if number % max(1, seconds // 24) == 0:
            memory[number] = round(resident_mb(), 1)
        while recorder is not None and len(recorder._queue) > 600:  # here alone the disk is waited for
            time.sleep(0.01)

    feed = LongFeed(seconds, rate, look)
    recorder = Recorder(path, feed.description) if path else None
    recordings = Recordings(feed.description, lambda: path, recorder)
    loop = Loop(feed, Nobody(), lambda timeout_s: [], recordings)
    began = time.monotonic()
    loop.run()
    memory[seconds] = round(resident_mb(), 1)
    told = result(loop.last, feed.description.machine, {})
    print(json.dumps({"memory_mb": memory, "took_s": time.monotonic() - began, "result": told}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
