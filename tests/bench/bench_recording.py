"""What recording costs: CPU time a sample, bytes a sample, and whether anything is lost at high rates.

    python tests/bench/bench_recording.py

Times depend on the machine and on what else it does, so that the goal of a microsecond is one of the machine on which a
plain SQLite table, a row a sample and a synced commit a second, took 0.83 us a sample: its time here is the measure,
and what is judged is told "there".
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
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


def cost(rate, sensors, seconds, parts):
    """CPU microseconds, those of them outside the kernel, and bytes a sample, writing as fast as the disk allows.

    Each second comes in so many batches; a live one comes in twenty.
    """
    stream, step = Stream(rate, sensors), SECOND_NS // parts
    batches = [stream.batch(0, k * step, (k + 1) * step) for k in range(seconds * parts)]
    with tempfile.TemporaryDirectory() as folder:
        writer = SessionWriter(os.path.join(folder, "a.edgetop"), describe(0, len(sensors)))
        began = os.times()
        for number, batch in enumerate(batches, 1):
            writer.add(batch)
            if number % parts == 0:
                writer.commit()
        ended = os.times()
        writer.close()
        samples = size(batches)
        own_s, kernel_s = ended.user - began.user, ended.system - began.system
        return 1e6 * (own_s + kernel_s) / samples, 1e6 * own_s / samples, os.path.getsize(writer.path) / samples


def rows(rate, sensors, seconds):
    """CPU microseconds a sample of the plain table."""
    stream = Stream(rate, sensors)
    batches = [stream.batch(0, k * SECOND_NS, (k + 1) * SECOND_NS) for k in range(seconds)]
    with tempfile.TemporaryDirectory() as folder:
        table = sqlite3.connect(os.path.join(folder, "a.db"), isolation_level=None)
        table.execute("PRAGMA journal_mode=wal")
        table.execute("PRAGMA synchronous=full")
        table.execute("CREATE TABLE sample(channel INT, t INT, v INT)")
        began = os.times()
        for batch in batches:
            found = [(run, part.start_ns, part.duration_ns) for run, part in batch.samples.items()]
            found += [(channel, part.t_ns, part.ticks) for channel, part in batch.readings.items()]
            table.execute("BEGIN")
            for number, t, value in found:
                table.executemany(
                    "INSERT INTO sample VALUES(?, ?, ?)", zip([number] * len(t), t.tolist(), value.tolist())
                )
            table.execute("COMMIT")
        ended = os.times()
        table.close()
    return 1e6 * (ended.user + ended.system - began.user - began.system) / size(batches)


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


ROWS_US = 0.83
"""Of the plain table, on the machine on which the goal was set."""
LIMITS = (
    ("200/s and 20 sensors", 200, SENSOR_HZ, 1, 600, 1.0, 7.0),
    (" … as it comes live", 200, SENSOR_HZ, 20, 600, 1.0, 7.0),
    ("10,000/s and 20 sensors", 10_000, SENSOR_HZ, 20, 30, 1.0, 4.5),
    ("100,000/s", 100_000, (), 20, 10, 1.0, 4.5),
)
"""Streams, batches and seconds of each, and at most how many CPU microseconds and bytes a sample may cost."""


def tailed(seconds, readers):
    """CPU milliseconds of a commit, at the median, while so many other processes read the newest second."""
    stream = Stream(200, SENSOR_HZ)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.edgetop")
        writer = SessionWriter(path, describe(0, len(SENSOR_HZ)))
        tails = [subprocess.Popen([sys.executable, "-c", TAIL, path]) for _ in range(readers)]
        time.sleep(1.0 if readers else 0.0)
        took = []
        for k in range(seconds):
            batch = stream.batch(0, k * SECOND_NS, (k + 1) * SECOND_NS)
            began = time.process_time_ns()
            writer.add(batch)
            writer.commit()
            took.append(time.process_time_ns() - began)
            time.sleep(0.01)
        for tail in tails:
            tail.kill()
            tail.wait()
        writer.close()
        return statistics.median(took) / 1e6


TAIL = """
import sys, time
from edgetop.sessions.reader import SessionReader
with SessionReader(sys.argv[1]) as reader:
    while True:
        end = reader.duration_ns
        list(reader.batches(end - 1_000_000_000, end))
        time.sleep(0.05)
"""


def main():
    kept = True
    there = ROWS_US / statistics.median(rows(200, SENSOR_HZ, 200) for _ in range(3))
    print(f"{'stream':26}{'CPU us/sample':>14}{'there':>8}{'without kernel':>16}{'bytes/sample':>14}")
    for title, rate, sensors, parts, seconds, most_us, most_bytes in LIMITS:
        cpu_us, own_us, stored = cost(rate, sensors, seconds, parts)
        within = cpu_us * there <= most_us and stored <= most_bytes
        kept = kept and within
        verdict = "ok" if within else f"over {most_us} us or {most_bytes} bytes"
        print(f"{title:26}{cpu_us:14.3f}{cpu_us * there:8.3f}{own_us:16.3f}{stored:14.2f}  {verdict}")
    lost, share, stored, failure = sustained(100_000, 5)
    print(f"100,000/s in real time for 5 s: {lost} lost, {100 * share:.1f} % of a core, {stored:.2f} bytes/sample")
    alone, read = tailed(200, 0), tailed(200, 3)
    tail_ok = read <= 1.2 * alone
    print(f"a commit's CPU: {alone:.2f} ms alone, {read:.2f} ms with three readers  {'ok' if tail_ok else 'over 20 %'}")
    return 0 if kept and tail_ok and not lost and failure is None else 1


if __name__ == "__main__":
    raise SystemExit(main())
