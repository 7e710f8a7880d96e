"""Puts a thread before all others that wait for a core, for sensors whose next value does not wait.

The thread sleeps most of the time; what it takes from an inference is what its readings cost, wherever they fall.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct

SLICE_NS = 100_000
"""The kernel's least."""

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274, "riscv64": 274, "armv7l": 380}
_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, niceness, priority, runtime, deadline, period."""


def hurry() -> None:
    """Let the calling thread run as soon as it wakes, as far as the system allows it; never raises.

    With the right to it (root, or ``rtprio`` in limits.conf) the thread has a real-time priority, which its child
    processes do not inherit. Without, it asks for short turns, which Linux gives sooner from 6.12 on.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError:
        _ask_for_short_turns()


def _ask_for_short_turns() -> None:
    number = _SCHED_SETATTR.get(platform.machine())
    if number is None:
        return
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, niceness, 0, SLICE_NS, 0, 0)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)
