"""edgetop's worker against MLPerf's LoadGen, SingleStream, over the same loaded model: the ratio of their medians.

    python tests/bench/bench_loadgen.py [ROUNDS]

Both ask the same LiteRT model in one process, on one thread, in alternating stretches of as many inferences, so that
where its memory lies and what the machine does is the same for both. Told are each round's ratio, and the median of
them with its 95 % interval by order statistics: single rounds differ by some per cent on a virtual machine. Ends with
an error where the whole interval is further from 1 than 0.5 %. LoadGen's own part, from its thread to Python and back,
is some 40 us of each inference.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
from medians import median_interval

from edgetop.inputs.calibration import SHIPPED_PICTURES
from edgetop.measure.ring import RingReader, RingWriter, create
from edgetop.measure.worker import Worker
from edgetop.networks.files import model_file

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))
from loadgen_stream import stream

MODEL = "efficientnet_lite0"
INFERENCES = 20
ROUNDS = 120
LIMIT = 0.005


def of_loadgen(infer, folder: str) -> np.ndarray:
    """Latencies of its trace, in nanoseconds."""
    stream(folder, INFERENCES, infer)
    trace = Path(folder, "mlperf_log_trace.json").read_text()
    found = np.array(re.findall(r'"issue_start_ns":(\d+),"complete_ns":(\d+)', trace), np.int64)
    return found[:, 1] - found[:, 0]


def main() -> int:
    """Compare and print; 1 where they differ by more than they may."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    file = model_file(MODEL, "tflite", "fp32", "", SHIPPED_PICTURES)
    fd = create()
    reader, worker = RingReader(fd), Worker(RingWriter(fd))
    model = {"paths": file.paths, "format": "tflite", "model": MODEL, "input_shape": ()}
    worker.load("litert", model, {"threads": 1})
    worker.inputs()
    worker.warm()
    reader.drain(settled=True)
    ratios = []
    print(f"{'round':>5} {'edgetop p50':>12} {'LoadGen p50':>12} {'ratio':>7} {'of p90':>7}")
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            order = ("loadgen", "edgetop") if number % 2 else ("edgetop", "loadgen")
            found = {}
            for which in order:
                if which == "edgetop":
                    worker.turn(count=INFERENCES, least=INFERENCES, seconds=0.0, set_aside=0)
                    found[which] = reader.drain(settled=True).duration_ns
                else:
                    found[which] = of_loadgen(worker.model.infer, folder)
        (own, own90), (other, other90) = (np.percentile(found[which], (50, 90)) for which in ("edgetop", "loadgen"))
        ratios.append(own / other)
        print(f"{number:5} {own / 1e6:9.3f} ms {other / 1e6:9.3f} ms {ratios[-1]:7.4f} {own90 / other90:7.4f}")
    os.close(fd)
    middle, low, high = median_interval(ratios)
    print(f"median of the ratios {middle:.4f}, 95 % {low:.4f} to {high:.4f}")
    return int(low > 1 + LIMIT or high < 1 - LIMIT)


if __name__ == "__main__":
    sys.exit(main())
