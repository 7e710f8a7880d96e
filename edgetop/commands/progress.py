"""Progress of a run without a screen, on standard error: a line a change, and for long work one that counts on."""

from __future__ import annotations

import sys
import time

from edgetop.protocol import LogLines, Message, Notice, Snapshot
from edgetop.units import printable

CHANGING = ("accuracy",)
"""States whose message counts on."""
TERMINAL_S, OTHERWISE_S = 0.5, 5.0
"""How often such a message is written: over itself on a terminal, as a line in a file."""
CLEAR = "\r\x1b[K"


class Progress:
    """Tells what is new."""

    def __init__(self) -> None:
        self._told: dict[int, tuple[str, str]] = {}
        self._rewrites = sys.stderr.isatty()
        self._changing = ""
        self._changed_s = -OTHERWISE_S

    def publish(self, message: Message) -> bool:
        """Print what is new."""
        if isinstance(message, Snapshot):
            for run in message.runs:
                state = (run.status, run.message)
                if self._told.get(run.run) != state:
                    before = self._told.get(run.run, ("", ""))[0]
                    self._told[run.run] = state
                    if run.status in CHANGING and before in CHANGING:
                        if run.message:
                            self._change(f"{run.status}: {run.message}")
                    else:
                        self._say(f"{run.title}: {run.status}" + (f": {run.message}" if run.message else ""))
        elif isinstance(message, LogLines):
            for line in message.lines:
                self._say(f"  | {line}")
        elif isinstance(message, Notice):
            self._say(f"{message.title}. {message.hint}")
        return True

    def _say(self, text: str) -> None:
        begin = CLEAR if self._rewrites and self._changing else ""
        self._changing = ""
        print(f"{begin}{printable(text)}", file=sys.stderr, flush=True)

    def _change(self, text: str) -> None:
        """All runs see the same pictures, so that one line does for all."""
        now_s = time.monotonic()
        if text == self._changing or now_s - self._changed_s < (TERMINAL_S if self._rewrites else OTHERWISE_S):
            return
        self._changing, self._changed_s = text, now_s
        begin, end = (CLEAR, "") if self._rewrites else ("", "\n")
        print(f"{begin}{printable(text)}", end=end, file=sys.stderr, flush=True)
