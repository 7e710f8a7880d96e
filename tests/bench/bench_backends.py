"""What a backend adds to a framework's own calls: p50 of ``infer()`` through it by p50 of the same calls in a bare
script (bare_calls.py), for every framework and variant that is here.

Each variant has a process of its own, in its own interpreter. Both load the same file there, several times over, since
two loads of one file differ by some per cent, by where their memory happens to lie; blocks of inferences alternate
(A B B A), and the figure is the median of the ratios of neighbours, so that a busy machine troubles both alike.
The time that the thread waited for a core is taken off; how many inferences did, stands in the last column.

``python tests/bench/bench_backends.py [--network mobilenet_v2] [--seconds 15] [--on torch,litert:builtin]
[--python executorch=/opt/et/bin/python]``; it exits with 1 where one costs more than 1 %.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

import bare_calls
import numpy as np

LIMIT = 0.01
PAIRS = 12
"""Of loads of the same file."""
BLOCK_S = 0.03
SET_ASIDE_S = 0.3


def blocks(calls, inferences, waited):
    """Median durations of both calls in two blocks each, A B B A, and the share of inferences that waited."""
    durations, waits = ([], []), []
    for which in (0, 1, 1, 0):
        call, keep = calls[which], durations[which]
        call()  # finds its own weights in the caches again
        for _ in range(inferences):
            before = waited()
            start = time.perf_counter_ns()
            call()
            duration = time.perf_counter_ns() - start
            waits.append(waited() - before)
            keep.append(duration - waits[-1])
    return *(float(np.median(each)) for each in durations), float(np.mean(np.array(waits) > 0))


def lasting(call):
    """Nanoseconds of a warm inference."""
    end = time.perf_counter() + SET_ASIDE_S
    durations = []
    while time.perf_counter() < end or len(durations) < 3:
        start = time.perf_counter_ns()
        call()
        durations.append(time.perf_counter_ns() - start)
    return min(durations)


def measure(framework, variant, precision, paths, format, shape, seconds):
    """Medians of backend and bare call in nanoseconds, a row for each four blocks."""
    from edgetop.backends.base import Options
    from edgetop.backends.registry import backend
    from edgetop.measure.worker import _wait_counter
    from edgetop.plan import ModelFile

    picture = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    file = ModelFile(tuple(paths), format, "bench", precision, input_shape=tuple(shape))

    def through():
        model = backend(framework).load(file, Options(1, precision, variant))
        model.set_inputs([bare_calls.nhwc(picture) if model.inputs[0].layout == "NHWC" else picture])
        return model.infer

    def bare():
        return getattr(bare_calls, framework)(paths, picture, variant)

    rows = []
    waited = _wait_counter()
    for pair in range(PAIRS):
        loads = [through, bare] if pair % 2 else [bare, through]
        made = {load: load() for load in loads}
        calls = [made[through], made[bare]]
        each = max(lasting(call) for call in calls)
        inferences = max(1, round(BLOCK_S * 1e9 / each))
        end = time.perf_counter() + seconds / PAIRS
        part = [blocks(calls, inferences, waited)]
        while time.perf_counter() < end:
            part.append(blocks(calls, inferences, waited))
        rows.append(part)
    return rows


def child(arguments):
    """In the interpreter of the framework: print the rows as the last line."""
    print("\n" + json.dumps(measure(**json.loads(arguments))), flush=True)
    os._exit(0)


def wanted(names):
    """Every framework and variant, or those that are named."""
    from edgetop.backends.registry import OWN, backend

    for framework in OWN:
        for variant in backend(framework).variants:
            if framework != "null" and (not names or {framework, f"{framework}:{variant.name}"} & set(names)):
                yield framework, variant


def run(framework, variant, network, seconds, python):
    """What to print of a variant, and what it costs; None where it is not here."""
    from edgetop.errors import EdgetopError
    from edgetop.inputs.calibration import SHIPPED_PICTURES
    from edgetop.isolate import environment
    from edgetop.networks import zoo
    from edgetop.networks.files import model_file

    if not hasattr(bare_calls, framework):
        return "no bare script", None
    precision = variant.precisions[0]
    try:
        file = model_file(network, variant.format, precision, python, SHIPPED_PICTURES)
    except EdgetopError as error:
        return error.title, None
    arguments = {
        "framework": framework,
        "variant": variant.name,
        "precision": precision,
        "paths": file.paths,
        "format": variant.format,
        "shape": zoo.card(network).input_shape,
        "seconds": seconds,
    }
    limits = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    env = {**environment(python), **limits}
    env["PYTHONPATH"] += os.pathsep + os.path.dirname(os.path.abspath(__file__))
    command = [python or sys.executable, os.path.abspath(__file__), "--child", json.dumps(arguments)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        return (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1][:150], None
    return told(json.loads(done.stdout.splitlines()[-1]))


def told(rows):
    """The figures in a line, and by how much the backend is slower."""
    ours, bare, late = np.array([row for part in rows for row in part]).T
    loads = [float(np.median([ours / bare for ours, bare, _ in part])) for part in rows]
    ratio, added_us = float(np.median(ours / bare)), float(np.median(ours - bare)) / 1e3
    text = f"p50 {np.median(ours) / 1e3:9.1f} us  bare {np.median(bare) / 1e3:9.1f} us  ratio {ratio:.4f}"
    return (
        f"{text} ({added_us:+.2f} us)  of loads {min(loads):.3f} to {max(loads):.3f}, {late.mean():.0%} waited",
        ratio - 1,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="mobilenet_v2")
    parser.add_argument("--seconds", type=float, default=15.0, help="of measuring, a variant")
    parser.add_argument("--on", default="")
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
    pythons = dict(pair.split("=", 1) for pair in options.python)
    dear = []
    for framework, variant in wanted(list(filter(None, options.on.split(",")))):
        text, cost = run(framework, variant, options.network, options.seconds, pythons.get(framework, ""))
        name = f"{framework}:{variant.name}"
        print(f"{name:<20} {text}", flush=True)
        if cost is not None and cost > LIMIT:
            dear.append(name)
    if dear:
        print(f"more than {LIMIT:.0%}: {', '.join(dear)}")
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
