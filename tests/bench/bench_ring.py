"""100,000 samples a second from a ring to the session file and to snapshots, without loss.

    python tests/bench/bench_ring.py [SECONDS]

A writer process puts samples at a steady rate; this process drains every 50 ms, records and aggregates, as the
engine does, and makes four snapshots a second. Printed: samples written, recorded and counted in the figures,
and the CPU time of this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from edgetop.clock import now_ns
from edgetop.encoding import encode
from edgetop.engine.aggregate import Aggregate
from edgetop.measure import ring
from edgetop.plan import Plan, RunSpec
from edgetop.samples import Batch
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.recorder import Recorder

RATE = 100_000
WRITER = """
import sys, time
from edgetop.measure.ring import RingWriter
writer, rate, seconds = RingWriter(int(sys.argv[1])), int(sys.argv[2]), float(sys.argv[3])
begin = time.monotonic_ns()
for number in range(int(rate * seconds)):
    due = begin + number * 1_000_000_000 // rate
    while time.monotonic_ns() < due:
        pass
    writer.put(due, 5000 + number % 977, 0, 0)
"""


def main() -> None:
    """Run it and print what came through."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    fd = ring.create()
    reader = ring.RingReader(fd)
    plan = Plan((RunSpec(0, "tiny", "null"),))
    description = Description("bench", now_ns(), time.time_ns(), "bench", plan)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ring.edgetop")
        recorder, aggregate = Recorder(path, description), Aggregate(description)
        begin, cpu, ticks = time.monotonic(), time.process_time(), 0
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(fd), str(RATE), str(seconds)], pass_fds=[fd])
        done = False
        while not done:
            time.sleep(0.05)
            done = writer.poll() is not None
            batch = Batch(now_ns(), {0: reader.drain(settled=done)})
            recorder.add(batch)
            aggregate.add(batch)
            ticks += 1
            if ticks % 5 == 0:
                encode(aggregate.snapshot())
        cpu, wall = time.process_time() - cpu, time.monotonic() - begin
        recorder.close()
        size = os.path.getsize(path)
        session = SessionReader(path)
        recorded = sum(len(b.samples[0]) for b in session.batches(0, session.duration_ns + 1) if 0 in b.samples)
        session.close()
    written = int(RATE * seconds)
    counted = aggregate.snapshot(final=True).runs[0].count
    print(f"written {written}  lost in the ring {reader.lost}  recorded {recorded}  in the figures {counted}")
    print(f"{size / written:.2f} bytes a sample; engine {100 * cpu / wall:.1f} % of a core at {written / wall:,.0f}/s")
    assert np.all(np.array([recorded, counted]) == written), "samples were lost"


if __name__ == "__main__":
    main()
