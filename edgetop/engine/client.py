"""The screen's end of an engine: starts the process, sends commands, receives messages without ever blocking."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence

from edgetop.controls import Command, Stop
from edgetop.encoding import decode, encode
from edgetop.protocol import ITSELF, Ended, LogLines, Message

STOP_TIMEOUT_S = 2.0
_CHUNK = 1 << 16


class Client:
    """An engine process, spoken to in JSON lines over its standard input and output."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is the screen's to handle
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._commands = self._process.stdin.fileno()
        self._messages = self._process.stdout.fileno()
        self._errors = self._process.stderr.fileno()
        for fd in (self._commands, self._messages, self._errors):
            os.set_blocking(fd, False)
        self._partial = b""
        self._complaint = b""
        self._mutter = b""
        self._ended = False

    def fileno(self) -> int:
        """Readable when a message waits, for an event loop."""
        return self._messages

    def receive(self) -> list[Message]:
        """All messages that wait, perhaps none; the last one ever is Ended, also when the engine died."""
        if self._ended:
            return []
        lines, end = self._read_lines()
        messages = self._muttered()
        messages += [decode(line, shown=True) for line in lines if line.strip()]
        if any(isinstance(message, Ended) for message in messages):
            self._ended = True
        elif end:
            self._ended = True
            messages.append(self._obituary())
        return messages

    def _muttered(self) -> list[Message]:
        """What it wrote to standard error, where nothing of its own goes: libraries do, and errors of threads."""
        said = b""
        with contextlib.suppress(BlockingIOError):
            said = os.read(self._errors, _CHUNK)
        *lines, self._mutter = (self._mutter + said).split(b"\n")
        self._complaint = (self._complaint + said)[-_CHUNK:]
        texts = tuple(line.decode(errors="replace") for line in lines if line.strip())
        return [LogLines(ITSELF, texts)] if texts else []

    def _read_lines(self) -> tuple[list[bytes], bool]:
        """Whole lines read so far, and whether the engine has closed its end."""
        end = False
        while True:
            try:
                data = os.read(self._messages, _CHUNK)
            except BlockingIOError:
                break
            if not data:
                end = True
                break
            self._partial += data
        *lines, self._partial = self._partial.split(b"\n")
        return lines, end

    def _obituary(self) -> Ended:
        code = self._process.wait()
        cause = f"signal {-code}" if code < 0 else f"exit code {code}"
        said = self._complaint.decode(errors="replace").strip().splitlines()
        hint = said[-1] if said else "What was recorded until then is safe: see `edgetop list sessions`"
        return Ended(1, f"The engine ended without a word ({cause})", hint)

    def send(self, command: Command) -> None:
        """Send a command; one to an engine that has ended is dropped."""
        with contextlib.suppress(BrokenPipeError, BlockingIOError, ValueError):
            os.write(self._commands, encode(command).encode() + b"\n")

    def close(self) -> None:
        """Ask the engine to stop, give it time to close the recording, then make sure that it is gone."""
        self.send(Stop())
        try:
            self._process.communicate(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._ended = True


def start_engine(config: str = "", pythons: Sequence[str] = ()) -> Client:
    """An engine that measures: it says what can be picked, then waits for Start.

    ``config`` is the settings file, ``pythons`` each ``NAME=PATH`` of a framework's interpreter.
    """
    options = [f"--config={config}", *(f"--python={each}" for each in pythons)]
    return Client([sys.executable, "-m", "edgetop.engine", *options])


def start_replay(path: str, meter_csv: str = "") -> Client:
    """An engine that replays the session file at ``path``, with the watts of a USB meter's recording if any."""
    return Client([sys.executable, "-m", "edgetop.engine", f"--replay={path}", f"--meter-csv={meter_csv}"])


def start_pair(first: str, second: str, align: str = "", runs: str = "") -> Client:
    """An engine that replays two session files on one axis of time, aligned and chosen as ``PairRecorded`` has it."""
    options = [f"--pair={first}", f"--pair={second}", f"--align={align}", f"--runs={runs}"]
    return Client([sys.executable, "-m", "edgetop.engine", *options])


def start_browser(folder: str) -> Client:
    """An engine that shows the sessions of a folder."""
    return Client([sys.executable, "-m", "edgetop.engine", f"--browse={folder}"])
