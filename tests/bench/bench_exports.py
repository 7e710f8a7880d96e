"""What exports and a report of an hour's session cost: seconds, memory and bytes, each in a process of its own.

    python tests/bench/bench_exports.py [SECONDS]

Times depend on the machine and on what else it does; peak memory and sizes do not.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time

from bench_recording import SENSOR_HZ, Stream, describe, size

from edgetop.cli import main as edgetop
from edgetop.clock import SECOND_NS
from edgetop.sessions.exports.registry import FORMATS
from edgetop.sessions.writer import SessionWriter


def make(path, seconds):
    """A session of 200 inferences a second and 20 sensors; gives its rows."""
    stream, rows = Stream(200, SENSOR_HZ), 0
    writer = SessionWriter(path, describe(0, len(SENSOR_HZ)))
    for second in range(seconds):
        batch = stream.batch(0, second * SECOND_NS, (second + 1) * SECOND_NS)
        rows += size([batch])
        writer.add(batch)
        if second % 60 == 0:
            writer.commit()
    writer.close()
    return rows


def cost(arguments):
    """CPU seconds and peak MB of a command in a process of its own."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os._exit(edgetop(arguments))
    _, status, used = os.wait4(child, 0)
    assert status == 0, arguments
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3600
    with tempfile.TemporaryDirectory() as folder:
        session = os.path.join(folder, "a.edgetop")
        began = time.process_time()
        rows = make(session, seconds)
        took_s, made = time.process_time() - began, os.path.getsize(session) / 1e6
        print(f"{seconds} s, {rows:,} rows, {made:.1f} MB, made in {took_s:.1f} s")
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{'':10}{'CPU s':>8}{'us a row':>10}{'peak MB':>9}{'MB':>8}   (of which {own:.0f} MB are this process's)"
        )
        for name in (*FORMATS, "report"):
            out = os.path.join(folder, f"a.{name}")
            command = ["report", session, "-o", out]
            used_s, peak = cost(command if name == "report" else ["export", *command[1:], "--format", name])
            print(f"{name:10}{used_s:8.2f}{used_s / rows * 1e6:10.2f}{peak:9.0f}{os.path.getsize(out) / 1e6:8.2f}")


if __name__ == "__main__":
    main()
