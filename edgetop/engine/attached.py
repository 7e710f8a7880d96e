"""The screen's end of an engine that goes on without it: connects, is made whole, leaves."""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from edgetop.controls import Command, Whole
from edgetop.encoding import decode, encode
from edgetop.engine.places import forget, listen, log_beside, socket_path
from edgetop.errors import UsageError
from edgetop.protocol import Ended, Message

_CHUNK = 1 << 16


class AttachedClient:
    """A connection to the engine of that name; raises UsageError where there is none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(socket_path(name))
        except OSError as error:
            self._socket.close()
            raise UsageError(f"No measurement {name} goes on here", "`edgetop attach` lists those that do") from error
        self._partial = b""
        self._ended = False
        self.send(Whole())
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """Readable when a message waits."""
        return self._socket.fileno()

    def receive(self) -> list[Message]:
        """All messages that wait, perhaps none; the last one ever is Ended, also when the engine died."""
        if self._ended:
            return []
        end = self._read()
        *lines, self._partial = self._partial.split(b"\n")
        messages: list[Message] = [decode(line, shown=True) for line in lines if line.strip()]
        self._ended = end or any(isinstance(message, Ended) for message in messages)
        if end and not any(isinstance(message, Ended) for message in messages):
            messages.append(self._obituary())
        return messages

    def _read(self) -> bool:
        """Take in what waits; whether the engine has closed its end."""
        while True:
            try:
                data = self._socket.recv(_CHUNK)
            except BlockingIOError:
                return False
            except OSError:
                return True
            if not data:
                return True
            self._partial += data

    def _obituary(self) -> Ended:
        said = ""
        with suppress(OSError), open(log_beside(socket_path(self.name)), encoding="utf-8", errors="replace") as log:
            said = (log.read().strip().splitlines() or [""])[-1]
        hint = said or "What was recorded until then is safe: see `edgetop list sessions`"
        return Ended(1, "The engine ended without a word", hint)

    def send(self, command: Command) -> None:
        """Send a command; one to an engine that has ended is dropped."""
        with suppress(OSError):
            self._socket.sendall(encode(command).encode() + b"\n")

    def wait_until(self, kinds: tuple[type[Message], ...], timeout_s: float) -> list[Message]:
        """The messages up to the first of these kinds, of which Ended is always one; without it after so long."""
        end = time.monotonic() + timeout_s
        messages: list[Message] = []
        while not any(isinstance(message, (*kinds, Ended)) for message in messages):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                break
            messages += self.receive()
        return messages

    def close(self) -> None:
        """Leave; the engine goes on."""
        self._socket.close()
        self._ended = True


def start_detached(model: str, config: str = "", pythons: Sequence[str] = ()) -> AttachedClient:
    """An engine that outlives whoever started it, waiting for Start, and a first screen's connection to it.

    It is named after the model; raises CannotWrite where there is no place for its socket.
    """
    name, listener = listen(model)
    options = [f"--serve={listener.fileno()}", f"--config={config}", *(f"--python={each}" for each in pythons)]
    try:
        with listener, open(log_beside(socket_path(name)), "w", encoding="utf-8") as log:
            subprocess.Popen(
                [sys.executable, "-m", "edgetop.engine", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # neither the terminal's hang-up nor its Ctrl-C is the engine's
            )
        return AttachedClient(name)
    except OSError:
        forget(name)
        raise


def remove_stale(names: Sequence[str]) -> None:
    """Remove the sockets of engines that have gone, and say so."""
    for name in names:
        forget(name)
        print(f"edgetop: the measurement {name} has ended without a word; see `edgetop list sessions`", file=sys.stderr)
