"""A thread that runs as soon as it wakes: with a real-time priority, or with short turns."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
import sys
import threading
import time

import pytest

from edgetop.measure import sampler, urgency
from edgetop.readings import Channel, Reading

SCHED_GETATTR = {"x86_64": 315, "aarch64": 275, "riscv64": 275, "armv7l": 381}
KERNEL = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdigit())


def in_thread(call):
    """What it gives, in a thread of its own, whose priority ends with it."""
    given = []
    thread = threading.Thread(target=lambda: given.append(call()))
    thread.start()
    thread.join()
    return given[0]


def may_be_urgent():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    return True


def turn_ns():
    """The calling thread's, from the kernel."""
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall(SCHED_GETATTR[platform.machine()], 0, attributes, 48, 0) == 0
    return struct.unpack_from("=Q", attributes, 24)[0]


def test_with_the_right_to_it_the_thread_is_a_real_time_one_and_its_children_are_not():
    if not in_thread(may_be_urgent):
        pytest.skip("no right to real-time priorities")
    ask = "import os; print(os.sched_getscheduler(0))"

    def policies():
        urgency.hurry()
        child = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
        return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK, int(child.stdout)

    assert in_thread(policies) == (os.SCHED_FIFO, os.SCHED_OTHER)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.skipif(KERNEL < (6, 12), reason="the kernel gives turns of one length")
@pytest.mark.skipif(platform.machine() not in SCHED_GETATTR, reason="the number of the call is not known")
def test_without_the_right_it_asks_for_short_turns_and_keeps_its_niceness(monkeypatch):
    def refused(*_arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refused)

    def asked():
        os.setpriority(os.PRIO_PROCESS, 0, 5)
        before = turn_ns()
        urgency.hurry()
        return before, turn_ns(), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)

    before, after, niceness, policy = in_thread(asked)
    assert before > after == urgency.SLICE_NS
    assert (niceness, policy) == (5, os.SCHED_OTHER)


def test_on_an_unknown_processor_it_does_nothing(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    urgency._ask_for_short_turns()


class Steady:
    title = "steady"

    def __init__(self, name, rate_hz):
        self.name, self.rate_hz = name, rate_hz
        self.channels = (Channel(name, "W", name, 1e-6),)
        self.was_read = threading.Event()

    def open(self):
        pass

    def read(self):
        self.was_read.set()
        return (Reading(time.monotonic_ns(), 1.0),)

    def close(self):
        pass


def test_only_fast_probes_are_urgent(monkeypatch):
    hurried = []
    monkeypatch.setattr(sampler, "hurry", lambda: hurried.append(threading.current_thread().name))
    probes = [Steady("slow", 10.0), Steady("fast", 111.0)]
    running = sampler.Sampler(probes)
    running.start()
    assert all(probe.was_read.wait(10) for probe in probes)
    running.close()
    assert hurried == ["probe fast"]
