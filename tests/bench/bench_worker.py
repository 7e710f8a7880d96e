"""A worker's loop against a bare loop of the same calls, with screen, probes and recording on.

    python tests/bench/bench_worker.py [ROUNDS]

Both loops run the same model file on LiteRT with one thread. Rounds alternate: the whole product (screen in a
pseudo-terminal, engine, probes, recording) for some seconds, then a bare ``for`` loop in a process of its own
with nothing beside it. Ratios of p50, mean and p99 are printed, per round and as medians over the rounds.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import numpy as np

from edgetop.networks.files import model_file
from edgetop.sessions.reader import SessionReader

MODEL = "efficientnet_lite0"
SECONDS = 8
EDGETOP = str(Path(sys.executable).with_name("edgetop"))
BARE = """
import sys, time, gc
import numpy as np
from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.plan import ModelFile
model = backend("litert").load(ModelFile((sys.argv[1],), "tflite", "bench"), Options(1))
model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
infer, clock, seconds = model.infer, time.monotonic_ns, float(sys.argv[2])
gc.disable()
end = clock() + int(500e6)
while clock() < end:
    infer()
durations = []
end = clock() + int(seconds * 1e9)
while clock() < end:
    start = clock()
    infer()
    durations.append(clock() - start)
np.save(sys.argv[3], np.array(durations))
"""


def bare(path: str, folder: str) -> np.ndarray:
    """Durations of a bare loop, in nanoseconds."""
    out = os.path.join(folder, "bare.npy")
    subprocess.run([sys.executable, "-c", BARE, path, str(SECONDS), out], check=True, capture_output=True)
    return np.load(out)


def product(folder: str, number: int) -> np.ndarray:
    """Durations that edgetop recorded with its screen shown at 120x40, in nanoseconds."""
    session = os.path.join(folder, f"{number}.edgetop")
    arguments = ["run", MODEL, "--on", "litert", "--threads", "1", "--duration", str(SECONDS), "--record", session]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(EDGETOP, [EDGETOP, *arguments, "--ina219-bus", "simulated"])
    ioctl(fd, TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    end = time.monotonic() + SECONDS + 6
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            os.read(fd, 65536)
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    os.close(fd)
    reader = SessionReader(session)
    parts = [batch.samples[0] for batch in reader.batches(0, reader.duration_ns + 1) if 0 in batch.samples]
    reader.close()
    return np.concatenate([samples.duration_ns[samples.flags & 3 == 0] for samples in parts])


def figures(durations: np.ndarray) -> tuple[float, float, float]:
    """p50, mean and p99, in milliseconds."""
    p50, p99 = np.percentile(durations, (50, 99))
    return p50 / 1e6, durations.mean() / 1e6, p99 / 1e6


def main() -> None:
    """Run the rounds and print the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    (path,) = model_file(MODEL, "tflite").paths
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            # The order swaps each round, so that a drift of the machine falls on both.
            if number % 2:
                alone, ours = bare(path, folder), product(folder, number)
            else:
                ours, alone = product(folder, number), bare(path, folder)
            pairs = list(zip(figures(ours), figures(alone)))
            ratios.append([a / b for a, b in pairs])
            told = "  ".join(
                f"{n} {a:.2f}/{b:.2f} ms = {a / b:.3f}" for n, (a, b) in zip(("p50", "mean", "p99"), pairs)
            )
            print(f"round {number}: {told}", flush=True)
    medians = [statistics.median(column) for column in zip(*ratios)]
    print(
        "median ratio, edgetop / bare: p50 {:.3f} (goal 1.01)  mean {:.3f} (1.01)  p99 {:.3f} (1.05)".format(*medians)
    )


if __name__ == "__main__":
    main()
