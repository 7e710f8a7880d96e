"""The engine's side of a worker: starts it, asks it, drains its samples and its output, tells how it died."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable

from edgetop.errors import RunFailed, WorkerDied
from edgetop.isolate import environment
from edgetop.measure import ring
from edgetop.plan import RunSpec
from edgetop.samples import Samples

ANSWER_LIMIT_S = 180.0
"""A load or a turn that takes longer has hung; the slowest Pi loads the largest model in a third of it."""
_POLL_S = 0.1
_CHUNK = 1 << 16


class Interrupted(RunFailed):
    """The engine is stopping; the answer is no longer wanted."""


def _thread_limits(threads: int) -> dict[str, str]:
    """Thread pools that frameworks size at import, and that would spin between inferences, are told here."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**{name: str(threads) for name in names}, "OMP_WAIT_POLICY": "PASSIVE"}


class Runner:
    """One worker process."""

    def __init__(self, spec: RunSpec) -> None:
        self.spec = spec
        python = spec.python or sys.executable
        ring_fd = ring.create()
        commands_read, self._commands = os.pipe()
        self._answers, answers_write = os.pipe()
        log_read, log_write = os.pipe()
        inherited = (ring_fd, commands_read, answers_write)
        self._open = {self._commands, self._answers, log_read}
        try:
            self._process = subprocess.Popen(
                [python, "-m", "edgetop.measure.worker", *map(str, inherited)],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                stdout=log_write,
                stderr=log_write,
                env={**environment(spec.python), **_thread_limits(spec.threads)},
                start_new_session=True,  # Ctrl-C in the terminal is edgetop's to handle
            )
        except OSError as error:
            self._close(self._commands, self._answers, log_read)
            os.close(ring_fd)
            raise RunFailed(f"Cannot start {python}: {error.strerror}", "Check the interpreter's path") from error
        finally:
            for fd in (commands_read, answers_write, log_write):
                os.close(fd)
        self._ring = ring.RingReader(ring_fd)
        os.close(ring_fd)
        self._log = log_read
        os.set_blocking(log_read, False)
        self._log_lock = threading.Lock()
        self._log_partial = b""
        self._log_waiting: list[str] = []
        self._last_line = ""
        self._answer_partial = b""

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def lost(self) -> int:
        """Samples that were overwritten before they were drained."""
        return self._ring.lost

    def ask(self, command: dict[str, Any], interrupted: Callable[[], bool]) -> dict[str, Any]:
        """Send a command and wait for its answer.

        Raises RunFailed with the worker's own words, WorkerDied, or Interrupted when ``interrupted`` says so.
        """
        with contextlib.suppress(BrokenPipeError):  # its death is told below
            os.write(self._commands, json.dumps(command).encode() + b"\n")
        limit = time.monotonic() + ANSWER_LIMIT_S
        while b"\n" not in self._answer_partial:
            if interrupted():
                raise Interrupted("The engine is stopping")
            if time.monotonic() > limit:
                self.kill()
                raise RunFailed(f"No answer within {ANSWER_LIMIT_S:.0f} s", "It hung and was ended; see the log")
            if select.select([self._answers], [], [], _POLL_S)[0]:
                data = os.read(self._answers, _CHUNK)
                if not data:
                    raise self._died()
                self._answer_partial += data
        line, _, self._answer_partial = self._answer_partial.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise RunFailed(answer["failed"], answer.get("hint", ""))
        return answer

    def _died(self) -> WorkerDied:
        code = self._process.wait()
        self._read_log()
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        last = f": {self._last_line}" if self._last_line else ""
        hint = "The model file may be damaged, or memory ran out; see the log for what the framework said"
        return WorkerDied(f"The worker died ({cause}){last}", hint)

    def hurry(self, on: bool) -> None:
        """Ask the worker to end its turn after the present inference, or take that back."""
        self._ring.stop(on)

    def samples(self, *, settled: bool = False) -> Samples:
        """Samples not drained before; ``settled`` when the worker is known to be idle."""
        return self._ring.drain(settled=settled)

    def log_lines(self) -> list[str]:
        """Lines the framework has printed since the last call, whatever their encoding."""
        self._read_log()
        with self._log_lock:
            lines, self._log_waiting = self._log_waiting, []
        return lines

    def _read_log(self) -> None:
        with self._log_lock:
            while self._log in self._open:
                try:
                    data = os.read(self._log, _CHUNK)
                except BlockingIOError:
                    break
                if not data:
                    self._close(self._log)  # the worker has ended: there will be no more
                *lines, self._log_partial = (self._log_partial + data).split(b"\n")
                text = [line.decode(errors="replace").rstrip() for line in lines]
                self._log_waiting += [line for line in text if line]
            if self._log_waiting:
                self._last_line = self._log_waiting[-1]

    def kill(self) -> None:
        """End the worker at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the worker; the ring and what it printed last can still be drained. May be called again."""
        self._ring.stop(True)
        self._close(self._commands, self._answers)
        try:
            self._process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self.kill()

    def _close(self, *fds: int) -> None:
        """Close what is still open, once: a descriptor's number may belong to another file afterwards."""
        for fd in fds:
            if fd in self._open:
                self._open.remove(fd)
                os.close(fd)
