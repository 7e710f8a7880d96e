"""A pseudo-terminal with a program in it: what it writes is read and counted, what it costs is asked of the kernel."""

from __future__ import annotations

import fcntl
import os
import pty
import resource
import select
import signal
import struct
import termios
import threading
from pathlib import Path

ASKS_FOR_SYNC = b"\x1b[?2026$p"
HAS_SYNC = b"\x1b[?2026;2$y"
ASKS_WHO = b"\x1b[c"
IS_VT220 = b"\x1b[?62c"


class Terminal:
    """A terminal of ``size`` (columns, rows) that takes all it gets, and can do synchronised output."""

    def __init__(
        self, command: list[str], size: tuple[int, int], environment: dict[str, str], keep: tuple[int, ...] = ()
    ):
        self.bytes = 0
        self.seen = b""
        """The first bytes, by which one knows that it has begun."""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            for fd in keep:
                os.set_inheritable(fd, True)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8", **environment)
            os.execvp(command[0], command)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            self.bytes += len(data)
            if len(self.seen) < 1 << 20:
                self.seen += data
            for question, answer in ((ASKS_FOR_SYNC, HAS_SYNC), (ASKS_WHO, IS_VT220)):
                if question in data:
                    os.write(self._fd, answer)

    def cpu_s(self) -> float:
        """CPU seconds of the program and all it has started."""
        return sum(_cpu_s(pid) for pid in _family(self.pid))

    def rss_mb(self) -> float:
        """Resident megabytes of the program itself."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

    def close(self) -> None:
        """End the program."""
        try:
            os.kill(self.pid, signal.SIGTERM)
            for _ in range(30):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    break
                select.select([], [], [], 0.1)
            else:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
        except ProcessLookupError:
            pass
        self._reader.join(2.0)
        os.close(self._fd)


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _family(int(child))
    return found


def _cpu_s(pid: int) -> float:
    """Of its threads to the nanosecond, and of its children that have ended to the tick."""
    try:
        threads = sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat"))
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    except FileNotFoundError:
        return 0.0
    return threads / 1e9 + sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
