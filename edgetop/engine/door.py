"""An engine's side of a screen that comes and goes: one at a time, over a Unix socket; the measuring goes on between.

Whoever connects becomes the screen with the first line it sends, and takes the place of the one before: of a screen
whose ssh line is dead nothing is ever heard.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
from collections import deque
from collections.abc import Hashable
from contextlib import suppress
from typing import Optional

from edgetop.clock import SECOND_NS, now_ns
from edgetop.controls import Command, Stop
from edgetop.encoding import decode
from edgetop.engine.places import bound, log_beside
from edgetop.engine.publish import PipePublisher
from edgetop.errors import EdgetopError
from edgetop.protocol import Catalog, Ended, Hello, LogLines, Message, Operators, Picture, Snapshot

KEPT_LOG_LINES = 200
MAX_UNSENT_BYTES = 8 << 20
"""A screen so far behind has stopped for good: it is let go."""
MAX_LINE_BYTES = 1 << 20
"""No command is longer."""
LONELY_NS = 20 * SECOND_NS
"""An engine that was given nothing to measure waits no longer for someone to come."""
_CHUNK = 1 << 16
_PATIENCE = struct.pack("ll", 1, 0)
"""A ``struct timeval`` of a second."""
_TAKEN = Ended(1, "Another screen has taken this one's place", "`edgetop attach` brings it back here")


class _Caller:
    """A connection: what it has sent, and the way back."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.publisher = PipePublisher(connection.fileno())
        self._partial = b""
        self.gone = False

    def commands(self) -> list[Command]:
        """What it sent since the last call; one who says what is no command is let go."""
        try:
            data = self.connection.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        self._partial += data
        *lines, self._partial = self._partial.split(b"\n")
        self.gone = not data or len(self._partial) > MAX_LINE_BYTES
        try:
            return [decode(line) for line in lines if line.strip()]
        except ValueError:
            self.gone = True
            return []


class Door:
    """Publisher and commands of an engine that nobody need look at; SIGTERM and SIGINT stop it, SIGHUP does not."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._path = str(listener.getsockname())
        listener.setblocking(False)
        self._screen: Optional[_Caller] = None
        self._callers: list[_Caller] = []
        self._kept: dict[Hashable, Message] = {}
        self._log: deque[LogLines] = deque(maxlen=KEPT_LOG_LINES)
        self._stopped = False
        self._looked_ns = self._seen_ns = now_ns()
        self._measuring = False
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: object) -> None:
        self._stopped = True

    # ---- publisher

    def publish(self, message: Message) -> bool:
        """To the screen there is; what a later one has to know is kept."""
        self._keep(message)
        if self._screen is None:
            return True
        taken = self._screen.publisher.publish(message)
        if self._screen.publisher.broken or self._screen.publisher.unsent_bytes > MAX_UNSENT_BYTES:
            self._let_go(self._screen)
        return taken

    def _keep(self, message: Message) -> None:
        self._measuring = self._measuring or isinstance(message, Snapshot)
        if isinstance(message, (Hello, Catalog, Picture)):
            self._kept[type(message).__name__] = message
        elif isinstance(message, Operators):
            self._kept["Operators", message.run] = message
        elif isinstance(message, LogLines):
            self._log.append(message)

    def drain(self) -> None:
        """Send what waits, with as much patience as a screen deserves; nobody can come any more."""
        for path in (self._path, log_beside(self._path)):
            with suppress(OSError):
                os.unlink(path)
        if self._screen is not None:
            self._screen.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _PATIENCE)
            self._screen.connection.setblocking(True)
            self._screen.publisher.flush()
            self._let_go(self._screen)
        for caller in list(self._callers):
            self._let_go(caller)
        self._listener.close()

    # ---- commands

    def __call__(self, timeout_s: float) -> list[Command]:
        """Commands of the screen, after waiting for one at most so long; Whole where a new one has come."""
        self._mind_the_place()
        if self._screen is not None:
            self._screen.publisher.flush()
        callers = [*self._callers, *filter(None, [self._screen])]
        waited = [self._listener, *(caller.connection for caller in callers)]
        ready = select.select(waited, [], [], 0 if self._stopped else timeout_s)[0]
        commands = [command for caller in callers if caller.connection in ready for command in self._hear(caller)]
        if self._listener in ready:
            with suppress(OSError):
                self._callers.append(_Caller(self._listener.accept()[0]))
        if self._screen is not None:
            self._seen_ns = now_ns()
        lonely = not self._measuring and now_ns() - self._seen_ns > LONELY_NS
        return [*commands, Stop()] if self._stopped or lonely else commands

    def _hear(self, caller: _Caller) -> list[Command]:
        commands = caller.commands()
        if commands and caller is not self._screen:
            self._admit(caller)
        if caller.gone:
            self._let_go(caller)
        return commands

    def _admit(self, caller: _Caller) -> None:
        if self._screen is not None:
            self._screen.publisher.publish(_TAKEN)
            self._let_go(self._screen)
        self._callers.remove(caller)
        self._screen = caller
        for message in [*self._kept.values(), *self._log]:
            caller.publisher.publish(message)

    def _let_go(self, caller: _Caller) -> None:
        caller.connection.close()
        if caller is self._screen:
            self._screen = None
        elif caller in self._callers:
            self._callers.remove(caller)

    def _mind_the_place(self) -> None:
        """A runtime folder goes when its user's last login ends, and comes again empty with the next one."""
        if now_ns() - self._looked_ns < SECOND_NS:
            return
        self._looked_ns = now_ns()
        if os.path.lexists(self._path):
            return
        with suppress(OSError, EdgetopError):
            os.makedirs(os.path.dirname(self._path), 0o700, exist_ok=True)
            listener = bound(self._path)
            self._listener.close()
            self._listener = listener
            listener.setblocking(False)
