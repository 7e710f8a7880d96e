"""What recording costs: CPU time a sample, bytes a sample, and whether anything is lost at high rates.

    python tests/bench/bench_recording.py

Times depend on the machine and on what else it does; ratios between the lines do not so much.
"""

from __future__ import annotations

import os
import tempfile
import time

import numpy as np

from edgetop.clock import SECOND_NS, now_ns, wall_ns
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, Readings, Samples
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.recorder import Recorder
from edgetop.sessions.writer import SessionWriter

SENSOR_HZ = (100,) * 4 + (10,) * 8 + (1,) * 8


def describe(start_ns, sensors):
    channels = tuple(Channel(f"sensor.{n}", "W", "Sensor", 1e-6, id=n) for n in range(sensors))
    return Description("bench", start_ns, wall_ns(), "0", Plan((RunSpec(0, "model", "null"),)), channels)


class Stream:
    """Latencies with log-normal noise and half a per cent of outliers, and sensors that wander."""

    def __init__(self, rate, sensors):
        self.rng = np.random.default_rng(0)
        self.rate, self.sensors = rate, sensors

    def batch(self, start_ns, from_ns, until_ns):
        first, last = (moment * self.rate // SECOND_NS for moment in (from_ns, until_ns))
        count = last - first
        period = SECOND_NS // self.rate
        noise = self.rng.normal(0, 0.03, count) + (self.rng.random(count) < 0.005)
        duration = np.minimum(period * 0.8 * np.exp(noise), period * 0.99).astype(np.int64)
        start = start_ns + np.arange(first, last) * SECOND_NS // self.rate + self.rng.integers(0, period // 200, count)
        wait = np.where(self.rng.random(count) < 0.05, self.rng.integers(0, 50_000, count), 0)
        readings = {}
        for channel, hz in enumerate(self.sensors):
            first, last = (moment * hz // SECOND_NS for moment in (from_ns, until_ns))
            if last > first:
                t = start_ns + np.arange(first, last) * SECOND_NS // hz + self.rng.integers(0, 100_000, last - first)
                readings[channel] = Readings(t, 3_000_000 + self.rng.integers(-500, 500, last - first).cumsum())
        return Batch(start_ns + until_ns, {0: Samples(start, duration, wait, wait * 0)}, readings)


def size(batches):
    return sum(len(entry) for batch in batches for part in (batch.samples, batch.readings) for entry in part.values())


def cost(rate, sensors, seconds):
    """CPU microseconds and bytes a sample, writing second after second as fast as the disk allows."""
    stream = Stream(rate, sensors)
    batches = [stream.batch(0, k * SECOND_NS, (k + 1) * SECOND_NS) for k in range(seconds)]
    with tempfile.TemporaryDirectory() as folder:
        writer = SessionWriter(os.path.join(folder, "a.edgetop"), describe(0, len(sensors)))
        began = time.process_time_ns()
        for batch in batches:
            writer.add(batch)
            writer.commit()
        took_ns = time.process_time_ns() - began
        writer.close()
        samples = size(batches)
        return took_ns / 1000 / samples, os.path.getsize(writer.path) / samples


def sustained(rate, seconds):
    """Record in real time, a batch every 50 ms; gives samples lost and the recording thread's CPU share."""
    stream = Stream(rate, ())
    step = SECOND_NS // 20
    prepared = [stream.batch(0, k * step, (k + 1) * step).samples[0] for k in range(seconds * 20)]
    with tempfile.TemporaryDirectory() as folder:
        start_ns = now_ns()
        recorder = Recorder(os.path.join(folder, "a.edgetop"), describe(start_ns, 0))
        busy, own = time.process_time_ns(), time.thread_time_ns()
        for number, part in enumerate(prepared, 1):
            time.sleep(max(0, start_ns + number * step - now_ns()) / SECOND_NS)
            samples = Samples(part.start_ns + start_ns, part.duration_ns, part.wait_ns, part.flags)
            recorder.add(Batch(now_ns(), {0: samples}))
        recorder.close()
        busy_ns = time.process_time_ns() - busy - (time.thread_time_ns() - own)
        with SessionReader(recorder.path) as reader:
            found = size(reader.batches(0, reader.duration_ns))
        sent = sum(map(len, prepared))
        return sent - found, busy_ns / (seconds * SECOND_NS), os.path.getsize(recorder.path) / sent, recorder.failure


def main():
    base = None
    print(f"{'stream':34}{'CPU us/sample':>14}{'ratio':>8}{'bytes/sample':>14}")
    for title, rate, sensors, seconds in (
        ("200/s and 20 sensors", 200, SENSOR_HZ, 120),
        ("10,000/s and 20 sensors", 10_000, SENSOR_HZ, 30),
        ("100,000/s", 100_000, (), 10),
    ):
        cpu_us, stored = cost(rate, sensors, seconds)
        base = base or cpu_us
        print(f"{title:34}{cpu_us:14.3f}{cpu_us / base:8.2f}{stored:14.2f}")
    lost, share, stored, failure = sustained(100_000, 5)
    print(f"100,000/s in real time for 5 s: {lost} lost, {100 * share:.1f} % of a core, {stored:.2f} bytes/sample")
    return 1 if lost or failure else 0


if __name__ == "__main__":
    raise SystemExit(main())
