"""What reading a day costs: opening its file, seeking in it, the whole day of one channel, memory.

    python tests/bench/bench_day.py [SECONDS]

A day at 200 inferences a second and 20 sensors, 59 million samples, takes some minutes to write.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from bench_recording import SENSOR_HZ, Stream, describe

from edgetop.clock import SECOND_NS
from edgetop.samples import Batch
from edgetop.sessions.entries import shifted
from edgetop.sessions.writer import SessionWriter

BLOCK_S = 60
LIMITS = {"open_s": 0.3, "worst_seek_s": 0.05, "overview_s": 0.05, "rss_mb": 60.0}

READ = """
import json, random, resource, sys, time
from edgetop.sessions.reader import SessionReader
began = time.perf_counter()
reader = SessionReader(sys.argv[1])
end = reader.duration_ns
list(reader.batches(0, 1_000_000_000))
opened = time.perf_counter() - began
chance, seeks = random.Random(7), []
for _ in range(200):
    at = chance.randrange(end)
    began = time.perf_counter()
    list(reader.batches(at, at + 1_000_000_000))
    seeks.append(time.perf_counter() - began)
began = time.perf_counter()
rows = reader.overview(reader.latency_channel(0), 864)
took = time.perf_counter() - began
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"open_s": opened, "worst_seek_s": max(seeks), "median_seek_s": sorted(seeks)[100],
    "overview_s": took, "rows": len(rows), "rss_mb": rss}))
"""


def moved(batch, by_ns):
    """The batch, so much later."""
    parts = ({key: shifted(entry, by_ns) for key, entry in part.items()} for part in (batch.samples, batch.readings))
    return Batch(batch.until_ns + by_ns, *parts)


def write(path, seconds):
    """A file of so many seconds, a minute's stream over and over."""
    stream = Stream(200, SENSOR_HZ)
    block = [stream.batch(0, k * SECOND_NS, (k + 1) * SECOND_NS) for k in range(BLOCK_S)]
    writer = SessionWriter(path, describe(0, len(SENSOR_HZ)))
    for start_s in range(0, seconds, BLOCK_S):
        for batch in block:
            writer.add(moved(batch, start_s * SECOND_NS))
        writer.commit()
    writer.close()


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 86_400
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "day.edgetop")
        began = time.monotonic()
        write(path, seconds)
        print(f"{seconds} s: {os.path.getsize(path) / 1e6:.0f} MB, written in {time.monotonic() - began:.0f} s")
        done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    for name, value in found.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else "ok" if value <= limit else f"over {limit}"
        print(f"{name:16}{value:10.4g}  {verdict}")
    return int(any(found[name] > limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    raise SystemExit(main())
