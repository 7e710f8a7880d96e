"""A real pseudo-terminal for all tests that run a program in one, and a data folder of the tests' own."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path

import pyte
import pytest

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
TIMEOUT_S = 60.0
LEAVE = b"\x1b[?1049l"
QUESTION = b"\x1b[?2026$p"
LONGEST_SEQUENCE = 40
"""Of what takes a second on a quiet machine."""


class Terminal:
    """A pseudo-terminal of 100x30 with a program in it, its screen, and all bytes it has shown."""

    def __init__(self, command, size=(100, 30), environment=None):
        defaults = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
        variables = {**os.environ, **defaults, **(environment or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            if name not in (environment or {}):
                variables.pop(name, None)
        variables = {name: value for name, value in variables.items() if value is not None}
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.seen = b""
        self._held_back = b""
        self.status = None
        self.master, self._slave = os.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = termios.tcgetattr(self._slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # as a shell has it, where the tests run under nohup too
            fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self._slave, fd)
            os.closerange(3, 256)
            os.execvpe(command[0], command, variables)

    @property
    def text(self):
        """What the screen shows."""
        return "\n".join(self.screen.display)

    @property
    def modes(self):
        """The terminal's modes now, and before the program began when it was well behaved."""
        return termios.tcgetattr(self._slave)

    def pump(self, timeout_s=0.05, at_most=65536):
        """Take what the program writes within ``timeout_s``, some bytes ``at_most``; False at its end."""
        ready, _, _ = select.select([self.master], [], [], timeout_s)
        if not ready:
            return True
        try:
            data = os.read(self.master, at_most)
        except OSError:
            return False
        self.seen += data
        # It has no second screen to come back from: what is said then begins a line, as it does on a real terminal.
        whole, self._held_back = _whole_sequences(self._held_back + data) if at_most < 65536 else (data, b"")
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", whole.replace(LEAVE, LEAVE + b"\r\n")))
        if QUESTION in self.seen[-len(data) - len(QUESTION) + 1 :]:
            os.write(self.master, b"\x1b[?2026;2$y")
        return bool(data)

    def wait_for(self, condition):
        """Take output until ``condition()`` holds, or a text is on the screen."""
        holds = condition if callable(condition) else lambda: condition in self.text
        end = time.monotonic() + TIMEOUT_S
        while not holds():
            assert time.monotonic() < end, f"waited in vain; the screen shows:\n{self.text}"
            self.pump()

    def type(self, keys):
        """Press keys."""
        os.write(self.master, keys.encode())

    def kill(self, number):
        """Send the program a signal."""
        os.kill(self.pid, number)

    def has_stopped(self, within_s=TIMEOUT_S):
        """Wait until the program has stopped itself, as it does at Ctrl-Z; what it has written till then is taken."""
        end = time.monotonic() + within_s
        stopped = False
        while not stopped and time.monotonic() < end:
            self.pump(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            assert not pid or os.WIFSTOPPED(status), f"it has ended; the screen shows:\n{self.text}"
            stopped = bool(pid)
        while select.select([self.master], [], [], 0.05)[0]:
            self.pump(0)
        return stopped

    def exit_code(self, within_s=TIMEOUT_S):
        """Wait for the program's end; its exit code, or minus the signal that ended it."""
        end = time.monotonic() + within_s
        while self.status is None:
            assert time.monotonic() < end, f"still runs after {within_s} s; the screen shows:\n{self.text}"
            if self.master is not None:
                self.pump(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        while self.master is not None and select.select([self.master], [], [], 0)[0] and self.pump(0):
            pass
        return self.status

    def hang_up(self):
        """Close the terminal, as a lost ssh connection does."""
        os.close(self._slave)
        os.close(self.master)
        self.master = None

    def is_restored(self):
        """Whether modes, screen, cursor, mouse and paste are as a shell expects them."""
        last = self._last_switched()
        quiet = all(last.get(mode, b"l") == b"l" for mode in (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004"))
        return quiet and last.get(b"25") == b"h" and self.modes == self.modes_before

    @property
    def is_taken(self):
        """Whether a program has the alternate screen."""
        return self._last_switched().get(b"1049") == b"h"

    def _last_switched(self):
        return dict(re.findall(rb"\x1b\[\?(1049|25|1000|1003|1006|2004|1004)([hl])", self.seen))

    def close(self):
        """End the program if it still runs."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        if self.master is not None:
            os.close(self._slave)
            os.close(self.master)


def _whole_sequences(data):
    """What can be shown already, and the rest, which may be the beginning of an escape sequence."""
    at = data.rfind(b"\x1b")
    return (data, b"") if at < 0 or len(data) - at > LONGEST_SEQUENCE else (data[:at], data[at:])


@pytest.fixture
def open_terminal():
    """Opens terminals: ``open_terminal(command, size=(100, 30), environment=None)``."""
    opened = []

    def open_one(command, **options):
        opened.append(Terminal(command, **options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(scope="session", autouse=True)
def data_home(tmp_path_factory):
    """A data folder of this session's own: none sees, or leaves, what a user keeps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state-home")))
        yield


@pytest.fixture
def unruly(monkeypatch):
    """Makes the framework ``unruly`` known, here and in every process started from here; its variants are its deeds."""
    folder = str(Path(__file__).parent / "unruly")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", folder)
    return "unruly"
