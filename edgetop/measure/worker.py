"""The process that runs one model on one framework: ``python -m edgetop.measure.worker RING COMMANDS ANSWERS``.

Three file descriptors: the ring of samples, JSON lines with commands in, JSON lines with answers out, one
answer a command. It imports nothing but the standard library, numpy and its framework, so that any Python
from 3.9 on can run it. When the engine dies the kernel ends it, also where its framework hangs.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import dataclasses
import gc
import json
import os
import signal
import sys
import threading
import time
from typing import Any, Callable

import numpy as np

from edgetop.backends.base import Array, LoadedModel, Options, TensorSpec, timed
from edgetop.backends.files import cause
from edgetop.backends.registry import backend
from edgetop.errors import EdgetopError
from edgetop.measure.pace import Pace
from edgetop.measure.ring import RingWriter
from edgetop.plan import ModelFile
from edgetop.readings import Missing
from edgetop.samples import CONTENDED, SETTLING, WARM_UP

WARM_UP_COUNT = 5
WARM_UP_NS = 300_000_000
"""A run is called warm after so many inferences and so long, whichever comes last."""
CONTENDED_SHARE = 50
"""A sample is contended when one part in fifty of it was spent waiting for a core."""
_IOLBF = 1
"""setvbuf's, on Linux."""

_PR_SET_PDEATHSIG = 1
"""prctl's, on Linux."""

Answer = dict[str, Any]


def _wait_counter() -> Callable[[], int]:
    """Nanoseconds this thread was runnable without a core, from the kernel; 0 where it does not count them."""
    try:
        fd = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
    except OSError:
        return lambda: 0
    pread = os.pread
    return lambda: int(pread(fd, 80, 0).split()[1])


def _noise(spec: TensorSpec, seed: int) -> Array:
    """The input of a model whose meaning is unknown: uniform in [-1, 1), or over an integer type's values."""
    bits = np.random.PCG64(seed).random_raw(int(np.prod(spec.shape))).reshape(spec.shape)
    dtype = np.dtype(spec.dtype)
    if dtype.kind in "iu":
        return (bits & np.uint64(0xFF)).astype(np.uint8).view(np.int8 if dtype.kind == "i" else np.uint8).astype(dtype)
    return ((bits >> np.uint64(40)) / 2.0**23 - 1.0).astype(dtype)


def _fit(array: Array, spec: TensorSpec) -> Array:
    """A neutral NCHW float array as the model wants it: layout, quantisation, type."""
    if spec.layout == "NHWC" and array.ndim == 4:
        array = array.transpose(0, 2, 3, 1)
    dtype = np.dtype(spec.dtype)
    if dtype.kind in "iu" and spec.scale:
        info = np.iinfo(dtype)
        array = np.clip(np.rint(array / spec.scale) + spec.zero_point, info.min, info.max)
    if tuple(array.shape) != tuple(spec.shape):
        raise EdgetopError(
            f"The input is {array.shape}, the model wants {spec.shape}", "Choose an input of the model's own size"
        )
    return np.ascontiguousarray(array, dtype)


def _real(array: Array, spec: TensorSpec) -> Array:
    """An output as real numbers, in NCHW whatever the framework has, so that it can be compared with another's."""
    if spec.layout == "NHWC" and array.ndim == 4:
        array = array.transpose(0, 3, 1, 2)
    return (array.astype(np.float32) - spec.zero_point) * np.float32(spec.scale) if spec.scale else array


def _likeliest(output: Array, top: int) -> list[int]:
    """The classes of the largest values, the likeliest first, of equal ones the first; none where any is no number."""
    values = output.reshape(-1)
    if not np.isfinite(values).all():
        return []
    found: list[int] = np.argsort(-values, kind="stable")[:top].tolist()
    return found


class Worker:
    """One loaded model and the commands it understands."""

    def __init__(self, ring: RingWriter) -> None:
        self._ring = ring
        self._wait = _wait_counter()
        self._model: LoadedModel | None = None
        self._pace: Pace | None = None

    @property
    def model(self) -> LoadedModel:
        """The loaded model; raises EdgetopError before there is one."""
        if self._model is None:
            raise EdgetopError("No model is loaded", "Send a load command first")
        return self._model

    def load(self, framework: str, model: Answer, options: Answer) -> Answer:
        """Load the model file; answers with its time, the model's tensors and what there is to say of them."""
        chosen = backend(framework)
        lists = {"paths": tuple(model["paths"]), "input_shape": tuple(model["input_shape"])}
        file = ModelFile(**{**model, **lists})
        start = time.monotonic_ns()
        delegate_options = tuple(options.pop("delegate_options", ()))
        self._model = chosen.load(file, Options(**options, delegate_options=delegate_options))
        load_ns = time.monotonic_ns() - start
        specs = [dataclasses.asdict(spec) for spec in self._model.inputs]
        note = getattr(self._model, "note", "")
        return {"load_ns": load_ns, "inputs": specs, "version": chosen.version(), "note": note}

    def inputs(self, path: str = "", seed: int = 0) -> Answer:
        """Set the inputs: the array in an .npy file for the first, noise for any other."""
        specs = self.model.inputs
        arrays = [_noise(spec, seed + i) for i, spec in enumerate(specs)]
        if path:
            arrays[0] = _fit(np.load(path, allow_pickle=False), specs[0])
        self.model.set_inputs(arrays)
        return {}

    def warm(self) -> Answer:
        """Run until warm; answers with the first inference's time and the outputs, as little-endian float32."""
        everything = 1 << 62
        turn = self._infer(everything, WARM_UP_COUNT, WARM_UP_NS, everything, WARM_UP)
        outputs = [_real(a, spec) for a, spec in zip(self.model.read_outputs(), self.model.outputs)]
        packed = [
            {"shape": list(a.shape), "data": base64.b64encode(a.astype("<f4").tobytes()).decode()} for a in outputs
        ]
        return {**turn, "outputs": packed}

    def operators(self, rounds: int) -> Answer:
        """Time each operator over so many inferences; answers with a row each, or with the reason why not.

        ``plain_p50_ns`` is of as many inferences before, without; ``p50_ns`` of those in which they were timed.
        """
        plain = timed(self.model.infer, rounds)
        profile = self.model.operators(rounds)
        if isinstance(profile, Missing):
            return {"missing": profile.reason, "hint": profile.hint}
        return {
            "operators": [[o.name, o.type, o.mean_ns, o.calls, o.start_ns] for o in profile.operators],
            "rounds": len(profile.durations_ns),
            "plain_p50_ns": float(np.median(plain)),
            "p50_ns": float(np.median(profile.durations_ns)),
            "mean_ns": float(np.mean(profile.durations_ns)),
        }

    def answers(self, path: str, places: list[int], top: int, out: str) -> Answer:
        """Infer some of the inputs in an .npy file, [n, ...], by their places in it.

        Answers with the ``top`` likeliest classes of each; where that is 0, all outputs go into the .npz file ``out``,
        as ``place.output``. ``label_ns`` has of each the time from its input to its classes.
        """
        specs = self.model.inputs
        others = [_noise(spec, number) for number, spec in enumerate(specs)][1:]
        batch = np.load(path, allow_pickle=False)
        classes, raw, label_ns, spent_ns = [], {}, [], 0
        for place in places:
            begin = time.monotonic_ns()
            self.model.set_inputs([_fit(batch[place : place + 1], specs[0]), *others])
            start = time.monotonic_ns()
            self.model.infer()
            spent_ns += time.monotonic_ns() - start
            outputs = [_real(a, spec) for a, spec in zip(self.model.read_outputs(), self.model.outputs)]
            if top:
                classes.append(_likeliest(outputs[0], top))
                label_ns.append(time.monotonic_ns() - begin)
            else:  # copied: they may lie in memory of the framework, which the next inference overwrites
                raw.update({f"{place}.{n}": np.array(a, np.float32) for n, a in enumerate(outputs)})
        if not top:
            with open(out, "wb") as file:
                np.savez(file, **raw)
        return {"classes": classes, "label_ns": label_ns, "infer_ns": spent_ns}

    def turn(self, count: int, least: int, seconds: float, set_aside: int) -> Answer:
        """Run a block of inferences: ``count`` at most, ending after ``seconds`` once ``least`` are done."""
        if self._pace is not None:
            return self._paced(self._pace, count, least, int(seconds * 1e9), set_aside)
        return self._infer(count, least, int(seconds * 1e9), set_aside, SETTLING)

    def pace(self, **shape: Any) -> Answer:
        """How the inferences of turns are asked for from now on, as plan.LoadShape has it."""
        self._pace = Pace(**shape)
        return {}

    def _paced(self, pace: Pace, count: int, least: int, limit_ns: int, aside: int) -> Answer:
        """A block like ``_infer``'s, each inference when it is due; its latency counts from then."""
        infer, wait, clock, stopped = self.model.infer, self._wait, time.monotonic_ns, self._ring.stopped
        done, duration, first_ns = 0, 0, 0
        cpu = time.process_time_ns()
        begin = end = pace.begin()
        while done < count and not stopped():
            due = pace.wait(done, duration, stopped)
            waited = wait()
            infer()
            end = clock()
            waited = wait() - waited
            duration = end - due
            flags = SETTLING if done < aside else 0
            flags |= CONTENDED if waited * CONTENDED_SHARE > duration else 0
            self._ring.put(due, duration, waited, flags)
            done += 1
            first_ns = first_ns or duration
            if end - begin >= limit_ns and done >= least:
                break
        end = max(end, pace.wait(done, duration, stopped))  # a turn has its pauses, the last one too
        cpu = time.process_time_ns() - cpu
        return {"start_ns": begin, "end_ns": end, "count": done, "cpu_ns": cpu, "first_ns": first_ns}

    def _infer(self, count: int, least: int, limit_ns: int, aside: int, aside_flag: int) -> Answer:
        infer, wait, clock = self.model.infer, self._wait, time.monotonic_ns
        put, stopped = self._ring.put, self._ring.stopped
        first_ns = 0
        done = 0
        cpu = time.process_time_ns()
        begin = end = clock()
        while done < count and not stopped():
            waited = wait()
            start = clock()
            infer()
            end = clock()
            waited = wait() - waited
            duration = end - start
            flags = aside_flag if done < aside else 0
            put(start, duration, waited, flags | CONTENDED if waited * CONTENDED_SHARE > duration else flags)
            done += 1
            if done == 1:
                first_ns = duration
            if end - begin >= limit_ns and done >= least:
                break
        cpu = time.process_time_ns() - cpu
        return {"start_ns": begin, "end_ns": end, "count": done, "cpu_ns": cpu, "first_ns": first_ns}


def serve(ring_fd: int, commands_fd: int, answers_fd: int) -> None:
    """Answer commands until the engine closes the pipe."""
    worker = Worker(RingWriter(ring_fd))
    os.close(ring_fd)  # its memory stays: no native code is to write there by a stale number
    known: dict[str, Callable[..., Answer]] = {
        "load": worker.load,
        "inputs": worker.inputs,
        "warm": worker.warm,
        "turn": worker.turn,
        "pace": worker.pace,
        "operators": worker.operators,
        "answers": worker.answers,
    }
    gc.disable()  # nothing here makes cycles, and a collection inside a turn would be charged to the model
    with open(commands_fd, encoding="utf-8") as commands, open(answers_fd, "w", encoding="utf-8") as answers:
        for line in commands:
            command = json.loads(line)
            name = command.pop("do")
            try:
                answer = known[name](**command)
            except EdgetopError as error:
                answer = {"failed": error.title, "hint": error.hint}
            except Exception as error:  # the process's edge: whatever a framework raises becomes an answer
                answer = {"raised": f"{type(error).__name__}: {cause(error)}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


def _say_lines_at_once() -> None:
    """Let what native code prints leave at each line's end: into a pipe it would wait for a buffer to fill."""
    libc = ctypes.CDLL(None)
    with contextlib.suppress(ValueError, AttributeError):  # a C library that has no such names
        libc.setvbuf(ctypes.c_void_p.in_dll(libc, "stdout"), None, _IOLBF, ctypes.c_size_t(0))


def _end_with_engine() -> None:
    """Have the kernel kill this process when the engine's thread that started it ends: it closes its workers before."""
    # A thread of our own that waits for the pipe to close would not run while native code holds the GIL.
    with contextlib.suppress(AttributeError):  # no Linux
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


if __name__ == "__main__":
    _end_with_engine()
    _say_lines_at_once()
    serve(*map(int, sys.argv[1:4]))
