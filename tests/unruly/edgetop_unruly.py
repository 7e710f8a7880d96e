"""A framework of another package that does what real ones do at their worst: ``unruly:PHASE-DEED``."""

from __future__ import annotations

import ctypes
import os
import time

import numpy as np

from edgetop.backends.base import Availability, OperatorTime, Profile, TensorSpec, Variant, timed

LONG_S = 600


def hang():
    time.sleep(LONG_S)


def hold():
    """Hang as native code that keeps the GIL does: no other thread of this process runs, nor a handler of signals."""
    ctypes.PyDLL(None).sleep(LONG_S)


def crash():
    ctypes.string_at(0)


def abort():
    print("the last words of a failing check.", flush=True)
    os.abort()


def leave():
    os._exit(7)


def orphan():
    """Crash, and leave a process behind that keeps all pipes open."""
    if os.fork() == 0:
        hang()
    crash()


def fail():
    raise RuntimeError("no kernel\nfor this")


def scribble():
    """Write into descriptors of others, as code with a stale number does."""
    for fd in range(3, 1024):
        try:
            os.write(fd, b"\xff not an answer\n")
        except OSError:
            continue


def slow():
    time.sleep(0.05)


def chatter():
    """Print for as long as anybody takes it."""
    block = b"a line that says nothing at all\n" * 2048
    for _ in range(400):
        os.write(1, block)


def mumble():
    """Print what is no text in any one encoding."""
    os.write(1, "schöne Ausgabe\n".encode("latin-1"))
    os.write(2, b"\x1b[31mred\x1b[0m\0 and \x07bell\n")
    os.write(1, b"10 %\r 50 %\r100 %\r\n")
    os.write(2, b"x" * 1_000_000 + b"\n")
    ctypes.CDLL(None).printf(b"from C\n")
    print("from Python")
    os.write(1, b"no end")


DEEDS = {
    deed.__name__: deed for deed in (hang, hold, crash, abort, leave, orphan, fail, scribble, slow, chatter, mumble)
}
PHASES = ("load", "infer", "operators")


class Model:
    note = ""

    def __init__(self, input_shape, deeds):
        self.inputs = (TensorSpec("in", input_shape, "float32", "NCHW"),)
        self.outputs = (TensorSpec("out", (1, 10), "float32"),)
        self._deeds = deeds

    def set_inputs(self, arrays):
        print("a word before", flush=True)

    def infer(self):
        self._deeds.get("infer", int)()

    def read_outputs(self):
        return [np.zeros((1, 10), np.float32)]

    def operators(self, rounds):
        self._deeds.get("operators", int)()
        return Profile((OperatorTime("all", "Deed", 1.0),), timed(self.infer, rounds))

    def close(self):
        pass


class Unruly:
    name = "unruly"
    title = "Unruly"
    takes_delegate = False
    variants = (
        Variant("tame", "tflite", ("fp32",), "does nothing"),
        *(Variant(f"{phase}-{deed}", "tflite", ("fp32",), f"{deed} in {phase}") for phase in PHASES for deed in DEEDS),
    )

    def probe(self):
        return Availability("1")

    def version(self):
        return "1"

    def load(self, model, options):
        phase, _, deed = options.variant.partition("-")
        deeds = {phase: DEEDS[deed]} if deed else {}
        deeds.get("load", int)()
        return Model(model.input_shape or (1, 3, 32, 32), deeds)
