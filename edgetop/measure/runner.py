"""The engine's side of a worker: starts it, asks it, drains its samples and its output, tells how it died."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable

from edgetop.backends.registry import run_title
from edgetop.errors import DeadlineExceeded, Interrupted, RunFailed, WorkerDied
from edgetop.isolate import ended_by, environment
from edgetop.measure import ring
from edgetop.measure.printed import Printed
from edgetop.plan import Deadlines, RunSpec
from edgetop.samples import Samples
from edgetop.units import printable

_POLL_S = 0.1
_CHUNK = 1 << 16
_LOG_CHUNKS = 32
"""Taken of what was printed, at one time: twice what its pipe holds, so that none that prints can hold us up."""
_F_SETPIPE_SZ = 1031
"""fcntl's, which Python has from 3.10 on."""
_PIPE_BYTES = 1 << 20
_CLOSE_S = 0.5
_USUAL = Deadlines()
_OPERATORS_FACTOR = 6
"""Operators are timed in as many inferences again as are not, and a profiler may slow them several times."""
_DOING = {
    "load": "loading",
    "inputs": "setting the inputs of",
    "warm": "running",
    "turn": "running",
    "operators": "timing the operators of",
    "pace": "setting the pace of",
    "answers": "showing pictures to",
}


def _thread_limits(threads: int) -> dict[str, str]:
    """Thread pools that frameworks size at import, and that would spin between inferences, are told here."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**{name: str(threads) for name in names}, "OMP_WAIT_POLICY": "PASSIVE"}


class Runner:
    """One worker process."""

    def __init__(self, spec: RunSpec, deadlines: Deadlines = _USUAL) -> None:
        self.spec = spec
        self._deadlines = deadlines
        self._title = run_title(spec)
        self._file = ""
        self._inference_s = 0.0
        python = spec.python or sys.executable
        ring_fd = ring.create()
        commands_read, self._commands = os.pipe()
        self._answers, answers_write = os.pipe()
        log_read, log_write = os.pipe()
        inherited = (ring_fd, commands_read, answers_write)
        self._open = {self._commands, self._answers, log_read}
        try:
            self._process = subprocess.Popen(
                [python, "-u", "-m", "edgetop.measure.worker", *map(str, inherited)],
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
        with contextlib.suppress(OSError):  # a framework that prints much waits less, where the system has room
            fcntl.fcntl(log_read, _F_SETPIPE_SZ, _PIPE_BYTES)
        self._log_lock = threading.Lock()
        self._printed = Printed()
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

        Raises RunFailed with the worker's own words, WorkerDied, DeadlineExceeded, or Interrupted when
        ``interrupted`` says so.
        """
        do = command["do"]
        if do == "load":
            self._file = " and ".join(command["model"]["paths"])
        self._read_log()
        self._printed.last = ""  # what was said before is not what it may die of
        with contextlib.suppress(BrokenPipeError):  # its death is told below
            os.write(self._commands, json.dumps(command).encode() + b"\n")
        answer = self._answer(do, self._wait(do, self._limit_s(command), interrupted))
        if do == "warm":
            self._inference_s = (answer["end_ns"] - answer["start_ns"]) / max(1, answer["count"]) / 1e9
        return answer

    def _limit_s(self, command: dict[str, Any]) -> float:
        if command["do"] in ("warm", "turn"):
            return self._deadlines.inference_s
        inferences: int = command.get("rounds", len(command.get("places", ()))) * _OPERATORS_FACTOR
        return self._deadlines.load_s + inferences * self._inference_s

    def _wait(self, do: str, limit_s: float, interrupted: Callable[[], bool]) -> bytes:
        """The line of an answer; the deadline moves on with every sample that the ring shows."""
        written = self._ring.written
        since = time.monotonic()
        while b"\n" not in self._answer_partial:
            if interrupted():
                raise Interrupted("The engine is stopping")
            ended = self._has_ended()  # before the look at the pipe, which then has all that it said
            if select.select([self._answers], [], [], 0 if ended else _POLL_S)[0]:
                data = os.read(self._answers, _CHUNK)
                ended = not data
                self._answer_partial += data
            elif self._ring.written != written:
                written = self._ring.written
                since = time.monotonic()
            elif time.monotonic() - since > limit_s:
                self.kill()
                raise self._overdue(do, limit_s)
            if ended and b"\n" not in self._answer_partial:
                raise self._died(do)
        line, _, self._answer_partial = self._answer_partial.partition(b"\n")
        return line

    def _answer(self, do: str, line: bytes) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = dict(json.loads(line))
        except (ValueError, TypeError) as error:
            self.kill()
            raise RunFailed(
                f"{self._title} wrote into edgetop's own channel {self._place(do)}", "See the log for what it said"
            ) from error
        if "raised" in answer:
            told = f"{self._title} failed {self._place(do)}: {printable(answer['raised'])}"
            raise RunFailed(told, "See the log for what it said")
        if "failed" in answer:
            raise RunFailed(printable(answer["failed"]), answer.get("hint", ""))  # it may quote a damaged file
        return answer

    def _place(self, do: str) -> str:
        return f"while {_DOING[do]} {self._file}" if self._file else "while it was started"

    def _overdue(self, do: str, limit_s: float) -> DeadlineExceeded:
        if do == "operators":
            hint = "The measurement goes on without them"
        else:
            setting = "inference_deadline_s" if do in ("warm", "turn") else "load_deadline_s"
            hint = f"It hangs; if it only needs longer, set [run] {setting} higher"
        once = " for one inference" if do in ("warm", "turn") else ""
        title = f"{self._title} took more than {limit_s:.3g} s{once} {self._place(do)}, and was ended"
        return DeadlineExceeded(title, hint)

    def _died(self, do: str) -> WorkerDied:
        self.kill()  # what it may have started too
        cause = ended_by(self._process.wait())
        self._read_log()
        words = self._printed.last.rstrip(".")  # a sentence follows
        last = f"; its last words: {words}" if words else ""
        hint = "The model file may be damaged, or memory ran out; see the log for what the framework said"
        return WorkerDied(f"{self._title} died ({cause}) {self._place(do)}{last}", hint)

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
            return self._printed.lines()

    def _read_log(self) -> None:
        with self._log_lock:
            for _ in range(_LOG_CHUNKS):
                if self._log not in self._open:
                    break
                try:
                    data = os.read(self._log, _CHUNK)
                except BlockingIOError:
                    break
                if not data:
                    self._close(self._log)  # the worker has ended: there will be no more
                    self._printed.end()
                self._printed.add(data)

    def _has_ended(self) -> bool:
        """Whether the process is no more; it keeps its id, and so its group, until it is waited for."""
        if self._process.returncode is not None:
            return True
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # another thread has just waited for it
            return True

    def kill(self) -> None:
        """End the worker, and what its framework has started, at once."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the worker; the ring and what it printed last can still be drained. May be called again."""
        self._ring.stop(True)
        self._close(self._commands, self._answers)
        limit = time.monotonic() + _CLOSE_S
        while not self._has_ended() and time.monotonic() < limit:
            time.sleep(_CLOSE_S / 100)
        self.kill()

    def _close(self, *fds: int) -> None:
        """Close what is still open, once: a descriptor's number may belong to another file afterwards."""
        for fd in fds:
            if fd in self._open:
                self._open.remove(fd)
                os.close(fd)
