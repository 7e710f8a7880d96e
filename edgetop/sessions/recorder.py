"""Recording beside the measuring: its own thread, one transaction a second, and no trouble for who measures."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from typing import Optional

from edgetop.clock import SECOND_NS, now_ns
from edgetop.errors import EdgetopError, RunFailed
from edgetop.protocol import Recording
from edgetop.samples import Batch, Event
from edgetop.sessions.creation import disk_full, is_full
from edgetop.sessions.description import Description
from edgetop.sessions.writer import SessionWriter

GRACE_NS = 100_000_000
"""How long after a second's end it is written: its last samples have come by then."""
RESERVED_BYTES = 32 << 20
"""Room that samples and readings leave free, beside twice the write-ahead log, for all else."""


_SAFE = "What was recorded until then is safe in the file"


class Recorder:
    """A session file being written; the constructor raises CannotWrite or DiskFull.

    ``add``, ``status`` and ``failure`` cost microseconds, from any one thread. When the file can no longer be
    written, what was committed stays, ``failure`` says why, and further batches are let go.
    """

    def __init__(self, path: str, description: Description) -> None:
        self.path = path
        self._failure: Optional[EdgetopError] = None
        self._message = ""
        self._start_ns = description.t0_mono_ns
        self._folder = os.path.dirname(os.path.abspath(path))
        self._queue: deque[Batch] = deque()
        self._closing = threading.Event()
        self._writer = SessionWriter(path, description)
        self._status = self._look()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> Optional[EdgetopError]:
        """Why the recording has ended early, or None."""
        return self._failure

    def add(self, batch: Batch) -> None:
        """Hand over a batch, whose arrays nobody changes from here on; never waits, never raises."""
        if self._failure is None:
            self._queue.append(batch)

    def status(self) -> Recording:
        """The file's size and the room left, as of the last second."""
        return self._status

    def finish(self) -> None:
        """Have what is left written and the file closed, without waiting for it."""
        self._closing.set()

    def close(self) -> None:
        """Write what is left and close the file; never raises, see ``failure``."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._record()
        except Exception as error:  # the thread's edge: nothing that goes wrong here may stop the measuring
            known = isinstance(error, (sqlite3.Error, OSError))
            why = RunFailed(f"The recording has ended early: {error if known else repr(error)}", _SAFE)
            self._fail(disk_full(self.path) if known and is_full(error) else why)

    def _record(self) -> None:
        while not self._closing.wait(self._until_next_commit_s()):
            self._take_in()
            self._mind_the_room()
            self._writer.commit()
            self._status = self._look()
        self._take_in()
        self._writer.close()
        self._status = self._look()

    def _until_next_commit_s(self) -> float:
        into_second_ns = (now_ns() - self._start_ns - GRACE_NS) % SECOND_NS
        return (SECOND_NS - into_second_ns) / SECOND_NS

    def _take_in(self) -> None:
        for _ in range(len(self._queue)):
            self._writer.add(self._queue.popleft())

    def _mind_the_room(self) -> None:
        writer, free = self._writer, self._free_bytes()
        needed = RESERVED_BYTES + 2 * writer.log_bytes
        if writer.keep_frames and free < needed:
            writer.keep_frames = False
            self._message = "little room left: only statistics and events are recorded"
            self._mark(self._message)
        elif not writer.keep_frames and free > 2 * needed:
            writer.keep_frames = True
            self._message = ""
            self._mark("there is room again: samples are recorded")

    def _mark(self, text: str) -> None:
        self._writer.add(Batch(0, events=(Event(now_ns(), "disk", {"text": text}),)))

    def _free_bytes(self) -> int:
        space = os.statvfs(self._folder)
        return space.f_bavail * space.f_frsize

    def _look(self) -> Recording:
        return Recording(self.path, self._writer.size_bytes, self._free_bytes(), self._message)

    def _fail(self, failure: EdgetopError) -> None:
        self._writer.let_go()
        self._status = Recording(self.path, self._status.size_bytes, self._status.free_bytes, failure.title)
        self._failure = failure
        self._queue.clear()
