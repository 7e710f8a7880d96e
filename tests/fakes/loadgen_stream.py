"""MLPerf's LoadGen over something that takes a while: ``python loadgen_stream.py FOLDER QUERIES``.

Its SingleStream scenario, with its logs in a folder.
"""

from __future__ import annotations

import random
import sys
import time

import mlperf_loadgen as loadgen


def stream(folder: str, queries: int, infer) -> None:
    """``infer`` asked one query after another, as often as that, and each latency kept in the log of traces."""
    settings = loadgen.TestSettings()
    settings.scenario, settings.mode = loadgen.TestScenario.SingleStream, loadgen.TestMode.PerformanceOnly
    settings.min_duration_ms, settings.min_query_count = 1, queries
    settings.max_query_count = queries
    settings.single_stream_expected_latency_ns = 1_000_000
    output, logs = loadgen.LogOutputSettings(), loadgen.LogSettings()
    output.outdir, logs.log_output, logs.enable_trace = folder, output, True

    def issue(samples):
        for sample in samples:
            infer()
            loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(sample.id, 0, 0)])

    under_test = loadgen.ConstructSUT(issue, lambda: None)
    library = loadgen.ConstructQSL(64, 64, lambda samples: None, lambda samples: None)
    loadgen.StartTestWithLogSettings(under_test, library, settings, logs)
    loadgen.DestroyQSL(library)
    loadgen.DestroySUT(under_test)


def _busy(rng: random.Random) -> None:
    end = time.perf_counter() + rng.uniform(2e-5, 2e-4)
    while time.perf_counter() < end:
        pass


if __name__ == "__main__":
    drawn = random.Random(1)
    stream(sys.argv[1], int(sys.argv[2]), lambda: _busy(drawn))
