"""The terminal's driver: counts bytes, survives a terminal that stalls or goes away, and puts it back as it was.

This file and lifecycle.py hold all that touches Textual's private parts; without those parts the app falls back
to what Textual does by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Optional

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from edgetop.terminal.first_frame import ENTER, FIRST_FRAME
from edgetop.terminal.slow_link import LEAST_ANSWER_S, LEAST_WAIT_S, Waits

LEAVE_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
JOIN_TIMEOUT_S = 0.3
"""How long a terminal that takes nothing is waited for, and one that does at most:"""
LONGEST_CLOSE_S = 5.0
STALLED_S = 0.03
"""A terminal that has not taken a frame after so long is behind."""
PIECE_BYTES = 1024
"""So much is written at once: a slow terminal takes the next piece, one that is held does not."""
QUESTION = "\x1b[?2026$p"
"""What Textual asks a terminal at the start; the answer comes after all that was sent before has arrived."""
ASK_S, ASK_SLOW_S = 10.0, 1.0
"""The least time between two questions; on a slow link every frame waits until the last one has arrived."""
UNANSWERED_S = 60.0
ANSWER_S = 0.5
"""How long the answer under way is waited for at the end: the shell would take it for something typed."""

# Line art and signs to ASCII of the same width; what is not here becomes a question mark.
_STAND_INS = {
    "-": "─━╌╍┈┉–—▔",
    "|": "│┃▏▎▍▌▕❚",
    "+": "╭╮╰╯┌┐└┘├┤┬┴┼",
    ".": "·…░",
    "*": "•●✓",
    "<": "‹←◀",
    ">": "›→▶",
    "^": "↑",
    "v": "↓",
    "#": "█▇▆▅▋▊▉■▓",
    "_": "▁▂",
    "=": "▃▄",
    ":": "▒",
    "o": "○□",
    "x": "✗×",
    "u": "µ",
    "~": "≈±",
    "'": "°‘’",
    '"': "“”",
}
_PLAIN = str.maketrans({sign: plain for plain, signs in _STAND_INS.items() for sign in signs})


class TerminalStream:
    """The terminal as a file that never raises: after it has gone away, what is written is dropped."""

    def __init__(self, fd: int, encoding: str, on_gone: Callable[[], None], on_waited: Callable[[float], None]) -> None:
        self._fd = fd
        self._encoding = encoding
        self._on_gone = on_gone
        self._on_waited = on_waited
        self._since_s: Optional[float] = None
        self.gone = False

    def write(self, text: str) -> None:
        """Write all of ``text``; blocks while the terminal stalls."""
        # Straight to the descriptor: a thread that blocks inside the buffered stderr would hold its lock at exit.
        data = text.encode(self._encoding, "replace")
        self._since_s = began_s = time.monotonic()
        while data and not self.gone:
            try:
                data = data[os.write(self._fd, data[:PIECE_BYTES]) :]
            except OSError:
                self.gone = True
                self._on_gone()
            before_s, began_s = began_s, time.monotonic()
            if began_s - before_s >= LEAST_WAIT_S:
                self._on_waited(began_s - before_s)
        self._since_s = None

    @property
    def stalls(self) -> bool:
        """Whether the terminal has been at the last text for too long."""
        since_s = self._since_s
        return since_s is not None and time.monotonic() - since_s > STALLED_S

    def flush(self) -> None:
        """Nothing is kept back."""

    def fileno(self) -> int:
        """The descriptor of the terminal."""
        return self._fd


class TerminalDriver(LinuxDriver):
    """Textual's driver for a real terminal, with the corners of its life handled."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._host = app
        self._loop: asyncio.AbstractEventLoop
        self._watch: Optional[select.epoll] = None
        self._leaving = False
        stream = sys.__stderr__ or sys.stderr
        fd = stream.fileno() if self._host.strays is None else self._host.strays.terminal
        self._stream = TerminalStream(fd, stream.encoding or "utf-8", self._notice_gone, self._notice_wait)
        self._waits = Waits()
        self._answers = Waits()
        self._asked_s: Optional[float] = None
        """When the question was asked whose answer is under way."""
        self._last_asked_s = 0.0
        self._asks = False
        self._file: Any = self._stream

    # ---- writing

    @property
    def backed_up(self) -> bool:
        """Whether the terminal has not taken the last frame yet, so that another would only queue."""
        return self._stream.stalls

    def write(self, data: str) -> None:
        """Queue ``data`` for the terminal."""
        if data == ENTER and FIRST_FRAME.takes_over():
            return  # it is there, and entering it again would forget where the shell's cursor stood
        if self._host.ascii:
            data = data.translate(_PLAIN).encode("ascii", "replace").decode()
        if self._asks:
            data = self._with_question(data)
        self._host.terminal_bytes += len(data) if data.isascii() else len(data.encode(errors="replace"))
        super().write(data)

    @property
    def behind(self) -> bool:
        """Whether the last frame has not arrived yet, as far as the terminal tells."""
        return self.backed_up or self._asked_s is not None

    def _with_question(self, data: str) -> str:
        now_s = time.monotonic()
        if self._asked_s is not None:
            self._asks = now_s - self._asked_s < UNANSWERED_S
            if not self._asks:
                self._asked_s = None
        elif now_s - self._last_asked_s >= (ASK_SLOW_S if self._host.slow_link else ASK_S):
            self._asked_s = self._last_asked_s = now_s
            return data + QUESTION
        return data

    def process_message(self, message: Message) -> None:
        """Take the answer to a question of our own; in the thread that reads."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            asked_s, self._asked_s, first = self._asked_s, None, not self._asks
            self._asks = not self._leaving
            if asked_s is not None:
                self._notice_answer(time.monotonic() - asked_s)
            if not first:
                return
        super().process_message(message)

    def _notice_answer(self, wait_s: float) -> None:
        if wait_s >= LEAST_ANSWER_S and self._answers.add(time.monotonic(), wait_s):
            self._tell(self._host.link_is_slow)

    def _notice_wait(self, wait_s: float) -> None:
        if self._waits.add(time.monotonic(), wait_s):
            self._tell(self._host.link_is_slow)

    def _tell(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(what)

    def _get_terminal_size(self) -> tuple[int, int]:
        # Textual asks standard output, which may lead elsewhere.
        try:
            columns, rows = os.get_terminal_size(self._stream.fileno())
        except OSError:
            return super()._get_terminal_size()
        return columns or 80, rows or 25

    # ---- coming and going

    def start_application_mode(self) -> None:
        """Take the terminal, and watch for signals and for its end."""
        self._loop = asyncio.get_running_loop()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._host.keeper is not None:
            self._host.keeper.taken()
        if self._watch is None:
            for number in LEAVE_SIGNALS:
                self._loop.add_signal_handler(number, self._leave, 128 + number)
            # Without events asked for, epoll reports the hang-up alone; it needs no thread and no timer.
            self._watch = select.epoll()
            with contextlib.suppress(PermissionError):  # standard input is a plain file
                self._watch.register(self.fileno, 0)
            self._loop.add_reader(self._watch.fileno(), self._notice_gone)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        super().stop_application_mode()
        if self._host.keeper is not None:
            self._host.keeper.given_back()

    def disable_input(self) -> None:
        """Read no more, but the answer that is under way."""
        self._asks = False
        end_s = time.monotonic() + ANSWER_S
        while self._asked_s is not None and not self.backed_up and time.monotonic() < end_s:
            time.sleep(0.01)
        self._asked_s = None
        super().disable_input()

    def close(self) -> None:
        """Let the writer finish, but do not wait for ever for a terminal that takes nothing."""
        thread: Any = self._writer_thread
        end_s = time.monotonic() + LONGEST_CLOSE_S
        asked = False
        while thread is not None and thread.is_alive() and time.monotonic() < end_s:
            if not asked:
                with contextlib.suppress(queue.Full):
                    thread._queue.put(None, timeout=JOIN_TIMEOUT_S)
                    asked = True
            thread.join(JOIN_TIMEOUT_S)
            # On a busy board the writer may have to wait for a core: that is no reason to leave the screen as it is.
            if not select.select([], [self._stream], [], 0)[1]:
                return

    def _leave(self, code: int) -> None:
        self._leaving = True
        self._host.leave(code)

    def _notice_gone(self) -> None:
        self._stream.gone = True
        if self._watch is not None and not self._leaving:
            self._leaving = True
            self._loop.call_soon_threadsafe(self._end_watch)
            self._loop.call_soon_threadsafe(self._host.leave, 128 + signal.SIGHUP)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch.fileno())

    # ---- stop and continue

    def _sigcont_application(self, *_: object) -> None:
        # Only a stop of our own has given the terminal back; taking it twice would lose its first state.
        if self._must_signal_resume:
            super()._sigcont_application()
        else:
            self._loop.call_soon_threadsafe(self._host.redraw)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._notice_gone()
        except Exception:  # the thread's edge: the app ends with this error
            self._host.call_later(self._host.fail, sys.exc_info()[1])
