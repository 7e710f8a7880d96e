"""What going anywhere in a recording takes: its reader, the table as it stood, the overview, the pace that is kept.

    python tests/bench/bench_replay.py [HOURS …]      default 1; a day is 24, and takes minutes to write

Of 200 inferences a second on two frameworks in turns, and 20 sensors. Times are CPU time of this process, so other load
matters little; the screen's own drawing is not among them.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time

import numpy as np
from bench_recording import SENSOR_HZ, Stream

from edgetop.clock import SECOND_NS
from edgetop.controls import Pause, Seek, Speed
from edgetop.encoding import encode
from edgetop.engine.replay import ReplayFeed
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, Event, Readings
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.writer import SessionWriter

SEEKS = 200
TURN_NS = SECOND_NS


def describe():
    channels = tuple(Channel(f"sensor.{n}", "W", "Sensor", 1e-6, charted=n > 15, id=n) for n in range(20))
    runs = (RunSpec(0, "model", "null"), RunSpec(1, "model", "litert"))
    return Description("bench", 0, 0, "0", Plan(runs), channels)


def write(path, hours):
    """Each second is a turn of one run; what was made of a minute is used again for the next."""
    stream, minute = Stream(200, SENSOR_HZ), []
    for k in range(60):
        minute.append(stream.batch(0, k * SECOND_NS, (k + 1) * SECOND_NS))
    writer = SessionWriter(path, describe())
    for run in (0, 1):
        writer.add(Batch(1, events=(Event(1, "run", {"status": "running"}, run),)))
    for second in range(int(hours * 3600)):
        writer.add(later(minute[second % 60], second))
        if second % 60 == 59:
            writer.commit()
    writer.close()
    return os.path.getsize(path)


def later(batch, second):
    shift, run, at = second // 60 * 60 * SECOND_NS, second % 2, second * SECOND_NS
    samples = batch.samples[0]
    moved = type(samples)(samples.start_ns + shift, samples.duration_ns, samples.wait_ns, samples.flags)
    readings = {channel: Readings(r.t_ns + shift, r.ticks) for channel, r in batch.readings.items()}
    turn = {"start_ns": at, "end_ns": at + TURN_NS, "count": len(samples), "cpu_ns": TURN_NS, "sweep": second // 2}
    events = (Event(at + TURN_NS, "turn", turn, run),)
    return Batch(batch.until_ns + shift, {run: moved}, readings, events)


def timed(act):
    began = time.process_time()
    act()
    return 1000 * (time.process_time() - began)


def spread(times):
    return f"median {np.median(times):7.2f} ms, worst of {len(times)} {max(times):7.2f} ms"


def arrive(feed):
    """Where a seek leads, up to the line that goes to the screen."""
    while True:
        batch = feed.drain()
        feed.aggregate.add(batch)
        if feed.sought_ns is None:
            return encode(feed.aggregate.snapshot())


def seeks(feed, moments):
    times = []
    for t_ns in moments:
        feed.command(Seek(t_ns))
        times.append(timed(lambda: arrive(feed)))
    return times


def pace_at(feed, speed, seconds):
    """The pace that is kept over some seconds of wall time."""
    feed.command(Seek(0))
    arrive(feed)
    feed.command(Speed(speed))
    feed.command(Pause(False))
    end_s, next_s = time.monotonic() + seconds, 0.0
    while time.monotonic() < end_s and not feed.ended:
        batch = feed.drain()
        feed.aggregate.add(batch)
        if time.monotonic() >= next_s:
            encode(feed.aggregate.snapshot())
            next_s = time.monotonic() + 0.25
        if not feed.hurried:
            time.sleep(0.05)
        kept = feed.pace or speed
    return kept


def measure(path, hours):
    rng = random.Random(1)
    reader = SessionReader(path)
    moments = [rng.randrange(reader.duration_ns) for _ in range(SEEKS)]
    times = [timed(lambda t=t: list(reader.batches(t, t + SECOND_NS))) for t in moments]
    print(f"  reader, a second anywhere        {spread(times)}")
    channel = reader.latency_channel(0)
    times = [timed(lambda: reader.overview(channel, 400)) for _ in range(20)]
    print(f"  overview of a channel, 400 wide  {spread(times)}")
    reader.close()
    feed = ReplayFeed(path)
    feed.command(Pause(True))
    feed.command(Seek(feed.duration_ns))
    first_ms = timed(lambda: arrive(feed))
    took_s = first_ms / 1000
    print(f"  first seek to the end            {took_s:.1f} s, {hours * 3600 / took_s:.0f} times the pace")
    print(f"  seeks after that, with the table {spread(seeks(feed, moments))}")
    print(f"  most resident memory             {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"  asked for 1000 times the pace    {pace_at(feed, 1000, 3):.0f} kept (wall time)")
    feed.close()


def main(hours):
    for each in hours:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.edgetop")
            print(f"{each:g} h, {write(path, each) / 1e6:.0f} MB")
            measure(path, each)
    return 0


if __name__ == "__main__":
    raise SystemExit(main([float(each) for each in sys.argv[1:]] or [1.0]))
