"""A command in a pseudo-terminal of its own, for the page in the browser: it is where a shell would have it run."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import subprocess
import termios
from collections.abc import Awaitable, Callable, Sequence

END_TIMEOUT_S = 5.0
"""How long a command whose terminal has gone may take to close its recording."""
_CHUNK = 1 << 16
_SUSPEND = b"\x1a"
_MOST_CELLS = 1000


class ServedTerminal:
    """What textual-serve asks of an app in a browser's tab: ``send_bytes``, ``set_terminal_size`` and the like."""

    def __init__(self, command: Sequence[str], columns: int, rows: int) -> None:
        self._master, slave = os.openpty()
        self._resize(columns, rows)
        os.set_blocking(self._master, False)
        variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("COLUMNS", "LINES"):
            variables.pop(name, None)
        self._process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=variables,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)
        self._open = True

    async def show(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        """Hand on what the command writes until it ends, no faster than ``write`` takes it: then the command waits."""
        while self._open:
            try:
                data = os.read(self._master, _CHUNK)
            except BlockingIOError:
                await self._readable()
                continue
            except OSError:  # nobody has the other side open any more
                return
            await write(data)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._master, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._master)

    async def stop(self) -> None:
        """Hang up, as a terminal that is closed does, and wait until the command has gone."""
        if self._open:
            self._open = False
            os.close(self._master)
        try:
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait, END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # ---- from the page

    async def send_bytes(self, data: bytes) -> None:
        """Keys and the mouse; what the command does not take is dropped."""
        # There is no shell to go back to: a command that is stopped would stay so.
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._master, data.replace(_SUSPEND, b""))

    async def set_terminal_size(self, width: int, height: int) -> None:
        """The page has another size, in cells."""
        self._resize(width, height)

    def _resize(self, columns: int, rows: int) -> None:
        columns, rows = (min(max(1, int(cells)), _MOST_CELLS) for cells in (columns, rows))
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def focus(self) -> None:
        """The tab is in front: nothing changes."""

    async def blur(self) -> None:
        """The tab is behind: nothing changes."""


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
