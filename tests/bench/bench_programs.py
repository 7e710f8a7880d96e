"""edgetop's latency by that of the frameworks' own programs: LiteRT by litert-benchmark, OpenVINO by benchmark_app.

Pairs of processes, one of edgetop's workers and one of the program, in alternating order, on the same file and one
thread. The figures are medians of the pairs' ratios, of p50 and of the shortest inference, which a busy machine
troubles least. ``python tests/bench/bench_programs.py [--network mobilenet_v2] [--pairs 8] [--count 300]``; it exits
with 1 where both are more than 2 % off.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from edgetop.measure.runner import Runner
from edgetop.networks.files import model_file
from edgetop.plan import RunSpec
from edgetop.samples import SET_ASIDE

LIMIT = 0.02
WARM_UP = 5
BIN = Path(sys.executable).parent


def ours(framework, file, count):
    """p50 and least of as many inferences in a worker, in milliseconds."""
    runner = Runner(RunSpec(0, file.model, framework))
    try:
        load = {"do": "load", "framework": framework, "model": dataclasses.asdict(file), "options": {}}
        turn = {"do": "turn", "count": count + WARM_UP, "least": 1, "seconds": 1e6, "set_aside": WARM_UP}
        for command in (load, {"do": "inputs"}, turn):
            runner.ask(command, lambda: False)
        samples = runner.samples(settled=True)
        durations = samples.duration_ns[samples.flags & SET_ASIDE == 0] / 1e6
        return float(np.median(durations)), float(durations.min())
    finally:
        runner.close()


def litert_benchmark(path, count, folder):
    told = Path(folder, "litert.json")
    options = ["--num_threads", "1", "--num_runs", count, "--warmup_runs", WARM_UP, "--result_json", told]
    run([BIN / "litert-benchmark", "--model", path, *options])
    latency = json.loads(told.read_text())["latency"]
    return latency["median_ms"], latency["min_ms"]


def benchmark_app(path, count, folder):
    fixed = ["-d", "CPU", "-api", "sync", "-hint", "none", "-nstreams", "1", "-nthreads", "1"]
    report = [
        "-infer_precision",
        "f32",
        "-inference_only",
        "-json_stats",
        "-report_type",
        "no_counters",
        "-report_folder",
        folder,
    ]
    run([BIN / "benchmark_app", "-m", path, "-niter", count, *fixed, *report])
    results = json.loads(Path(folder, "benchmark_report.json").read_text())["execution_results"]
    return float(results["latency (ms)"]), float(results["min latency"])


def run(command):
    subprocess.run(list(map(str, command)), capture_output=True, check=True)


PROGRAMS = {"litert": ("tflite", litert_benchmark), "openvino": ("onnx", benchmark_app)}


def compare(framework, network, pairs, count):
    """Ratios of p50 and of the least, a row a pair."""
    format, program = PROGRAMS[framework]
    file = model_file(network, format)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sides = {
            "ours": lambda: ours(framework, file, count),
            "theirs": lambda: program(file.paths[0], count, folder),
        }
        for pair in range(pairs):
            order = sorted(sides, reverse=bool(pair % 2))
            took = {side: sides[side]() for side in order}
            rows.append([mine / its for mine, its in zip(took["ours"], took["theirs"])])
            p50s = ", ".join(f"{side} {p50:.2f} ms" for side, (p50, _) in took.items())
            print(f"  {p50s}: ratios {rows[-1][0]:.4f} {rows[-1][1]:.4f}", flush=True)
    return np.median(rows, axis=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="mobilenet_v2")
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--on", default=",".join(PROGRAMS))
    options = parser.parse_args()
    far = False
    for framework in options.on.split(","):
        name = PROGRAMS[framework][1].__name__.replace("litert_", "litert-")
        if not (BIN / name).exists():
            print(f"{framework}: {name} is not installed")
            continue
        p50, least = compare(framework, options.network, options.pairs, options.count)
        print(f"{framework} by {name}: p50 {p50:.4f}, least {least:.4f}", flush=True)
        far = far or min(abs(p50 - 1), abs(least - 1)) > LIMIT
    return int(far)


if __name__ == "__main__":
    sys.exit(main())
