"""The app's line to its engine: waits for messages in the event loop, sends commands, begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional, Protocol

from edgetop.controls import Command
from edgetop.protocol import Ended, Message


class EngineClient(Protocol):
    """The screen's end of an engine, as engine/client.py has it."""

    def fileno(self) -> int:
        """Readable when messages wait."""
        ...

    def receive(self) -> list[Message]:
        """All messages that wait; the last one ever is Ended."""
        ...

    def send(self, command: Command) -> None:
        """Send a command; ignored after the end."""
        ...

    def close(self) -> None:
        """Stop the engine and wait until it is gone."""
        ...


StartEngine = Callable[[], EngineClient]


@dataclass(frozen=True)
class Engines:
    """How each kind of engine is begun."""

    measure: StartEngine
    browse: StartEngine
    """Lists recorded sessions."""
    replay: Callable[[str], EngineClient]
    """Replays the session at a path."""
    pair: Callable[[str, str], EngineClient]
    """Replays the sessions at two paths against each other."""


class Link:
    """One engine at a time; ``deliver`` gets what it says, in the event loop."""

    def __init__(
        self, start: StartEngine, deliver: Callable[[list[Message]], object], client: Optional[EngineClient] = None
    ) -> None:
        self._start = start
        self._deliver = deliver
        self._client = client
        self._listening = False

    def connect(self) -> None:
        """Listen to the engine, a new one when there is none; raises what its start raises."""
        if self._client is None:
            self._client = self._start()
        asyncio.get_running_loop().add_reader(self._client.fileno(), self._readable)
        self._listening = True

    def disconnect(self) -> None:
        """Let go of the engine; it is waited for in a thread."""
        client, self._client = self._client, None
        if client is not None:
            self._stop_listening(client)
            asyncio.get_running_loop().run_in_executor(None, client.close)

    def change(self, start: StartEngine) -> None:
        """Let go of the engine for one begun so; raises what its start raises."""
        self.disconnect()
        self._start = start
        self.connect()

    def send(self, command: Command) -> None:
        """Send a command."""
        if self._client is not None:
            self._client.send(command)

    def close(self) -> None:
        """Stop the engine and wait for it, after the event loop has ended."""
        if self._client is not None:
            self._client.close()

    def _stop_listening(self, client: EngineClient) -> None:
        if self._listening:
            asyncio.get_running_loop().remove_reader(client.fileno())
            self._listening = False

    def _readable(self) -> None:
        client = self._client
        if client is None:
            return
        try:
            messages = client.receive()
        except (OSError, ValueError) as error:
            messages = [Ended(1, "The engine spoke words edgetop does not know", str(error))]
        if any(isinstance(message, Ended) for message in messages):
            self._stop_listening(client)
        if messages:
            self._deliver(messages)
