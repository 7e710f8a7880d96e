"""A ring of samples in shared memory: the worker writes, the engine drains, neither waits for the other.

Layout of the memfd: a header of eight 64-bit words (0: samples written so far, 1: stop requested), then
``SLOTS`` rows of four words (start_ns, duration_ns, wait_ns, flags). One writer, one reader.
"""

from __future__ import annotations

import mmap
import os
import struct

import numpy as np

from edgetop.samples import Samples

SLOTS = 1 << 17
"""At ten drains a second, more than a million samples a second pass without loss."""
_WORDS = 4
_HEADER_BYTES = 64
_ROW = struct.Struct("=4q")
_SIZE = _HEADER_BYTES + SLOTS * _ROW.size
_STOP = 1


def create() -> int:
    """The file descriptor of a new, empty ring; the caller closes it."""
    fd = os.memfd_create("edgetop-ring")
    os.ftruncate(fd, _SIZE)
    return fd


class RingWriter:
    """The worker's end."""

    def __init__(self, fd: int) -> None:
        self._memory = memoryview(mmap.mmap(fd, _SIZE))
        self._head = self._memory[:_HEADER_BYTES].cast("q")
        self._count = self._head[0]

    def put(self, start_ns: int, duration_ns: int, wait_ns: int, flags: int) -> None:
        """Append a sample: under a microsecond."""
        count = self._count
        _ROW.pack_into(self._memory, _HEADER_BYTES + count % SLOTS * _ROW.size, start_ns, duration_ns, wait_ns, flags)
        self._count = self._head[0] = count + 1

    def stopped(self) -> bool:
        """Whether the engine has asked to end the turn."""
        return self._head[_STOP] != 0


class RingReader:
    """The engine's end."""

    def __init__(self, fd: int) -> None:
        memory = mmap.mmap(fd, _SIZE)
        self._head = memoryview(memory)[:_HEADER_BYTES].cast("q")
        rows = np.frombuffer(memory, np.int64, SLOTS * _WORDS, _HEADER_BYTES)
        self._rows = rows.reshape(SLOTS, _WORDS)
        self._seen = 0
        self._head_before = 0
        self.lost = 0
        """Samples overwritten before they were drained."""

    @property
    def written(self) -> int:
        """Samples written so far."""
        return self._head[0]

    def stop(self, on: bool) -> None:
        """Ask the worker to end its turn, or take that back."""
        self._head[_STOP] = int(on)

    def drain(self, *, settled: bool = False) -> Samples:
        """All samples not drained before, in order.

        A processor with weak memory order (Arm) may show the count before the row it counts, so rows are
        taken up to the count seen a drain earlier; ``settled`` takes all, once the writer has said over a
        pipe that its turn is over.
        """
        head = self._head[0]
        end = head if settled else self._head_before
        self._head_before = head
        start = max(self._seen, head - SLOTS)
        if start >= end:
            return Samples()
        rows = self._rows.take(np.arange(start, end), axis=0, mode="wrap")
        overrun = max(0, self._head[0] - SLOTS + 1 - start)  # rows the writer reached during the copy
        if overrun:
            rows = rows[overrun:]
        self.lost += start + overrun - self._seen
        self._seen = end
        start_ns, duration_ns, wait_ns, flags = np.ascontiguousarray(rows.T)
        return Samples(start_ns, duration_ns, wait_ns, flags)
