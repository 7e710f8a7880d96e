"""What a backend adds to a framework's own call: ratio of the median of ``infer()`` to that of the bare call.

Both load the same file in one process and run in alternating blocks, in ABBA order, so that clock and cache
favour neither. ``python tests/bench/bench_backends.py [--network tiny] [--inferences 2000]``
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import FrameworkMissing
from edgetop.networks import writers, zoo
from edgetop.plan import ModelFile

BLOCK = 10
PAIRS = 6


def noise(shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def bare_tflite(path, inputs, module):
    interpreter = module.Interpreter(model_path=path, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
    return interpreter.invoke


def bare_litert(paths, inputs):
    from ai_edge_litert import interpreter

    return bare_tflite(paths[0], inputs, interpreter)


def bare_tflite_runtime(paths, inputs):
    from tflite_runtime import interpreter

    return bare_tflite(paths[0], inputs, interpreter)


def bare_torch(paths, inputs):
    import torch

    module = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.load(paths[0]).eval()))
    tensor = torch.from_numpy(inputs)

    def call():
        with torch.inference_mode():
            module(tensor)

    return call


def bare_caffe(paths, inputs):
    import cv2

    net = cv2.dnn.readNetFromCaffe(*paths)
    net.setInput(inputs)
    return net.forward


BARE = {"litert": bare_litert, "tflite": bare_tflite_runtime, "torch": bare_torch, "caffe": bare_caffe}


def written(network, framework, folder):
    """The network's files for a framework."""
    graph, format = zoo.build(network), backend(framework).variants[0].format
    paths = [Path(folder) / f"{network}{suffix}" for suffix in writers.SUFFIXES[format]]
    for path, data in zip(paths, writers.write(graph, format)):
        path.write_bytes(data)
    return ModelFile(tuple(map(str, paths)), format, network, input_shape=graph.input_shape)


def alternated(calls, inferences):
    """Durations in nanoseconds of each call, from blocks in ABBA order."""
    durations = [[] for _ in calls]
    order = list(range(len(calls)))
    for _ in range(max(1, inferences // BLOCK)):
        for which in order:
            call, keep = calls[which], durations[which]
            for _ in range(BLOCK):
                start = time.perf_counter_ns()
                call()
                keep.append(time.perf_counter_ns() - start)
        order.reverse()
    return durations


def through_backend(framework, file):
    """The backend's timed call, with noise as input."""
    model = backend(framework).load(file, Options(threads=1))
    model.set_inputs([noise(model.inputs[0].shape)])
    return model.infer


def around_backend(framework, file):
    """The framework's own call, with the same noise as input."""
    n, c, h, w = file.input_shape
    return BARE[framework](file.paths, noise((n, h, w, c) if file.format == "tflite" else (n, c, h, w)))


def measure(framework, network, inferences, folder):
    """Medians of the backend and of the bare call in nanoseconds, over several pairs of loaded models.

    Two loads of one file differ by some per cent, by where their memory happens to lie: hence more than one pair.
    """
    file = written(network, framework, folder)
    ours, bare = [], []
    for pair in range(PAIRS):
        first, second = (through_backend, around_backend)[:: 1 if pair % 2 else -1]
        calls = {load: load(framework, file) for load in (first, second)}
        calls = [calls[through_backend], calls[around_backend]]
        alternated(calls, 100)
        for kept, durations in zip((ours, bare), alternated(calls, inferences // PAIRS)):
            kept.extend(durations)
    return float(np.median(ours)), float(np.median(bare))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="tiny")
    parser.add_argument("--inferences", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for framework in BARE:
            try:
                ours, bare = measure(framework, options.network, options.inferences, folder)
            except FrameworkMissing as error:
                print(f"{framework:<8} {error.title}")
                continue
            print(f"{framework:<8} p50 {ours / 1e3:10.1f} us  bare {bare / 1e3:10.1f} us  ratio {ours / bare:.4f}")


if __name__ == "__main__":
    main()
