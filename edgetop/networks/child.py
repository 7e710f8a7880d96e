"""Run a program to its end, or end it: at its deadline, or when what it would give is no longer wanted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Callable

from edgetop.errors import DeadlineExceeded, Interrupted

POLL_S = 0.1

Interruption = Callable[[], bool]


def never() -> bool:
    """Of work that is always wanted."""
    return False


def finish(
    command: Sequence[str], env: Mapping[str, str], limit_s: float, interrupted: Interruption, what: str
) -> subprocess.CompletedProcess[bytes]:
    """The program's end and all it printed; raises OSError where it does not start, DeadlineExceeded, Interrupted.

    ``what`` it does is told where it took longer than ``limit_s`` seconds.
    """
    limit = time.monotonic() + limit_s
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, start_new_session=True
    ) as child:
        try:
            while True:
                try:
                    stdout, stderr = child.communicate(timeout=POLL_S)
                    return subprocess.CompletedProcess(command, child.returncode, stdout, stderr)
                except subprocess.TimeoutExpired:
                    if interrupted():
                        raise Interrupted("The engine is stopping") from None
                    if time.monotonic() > limit:
                        told = f"{what} took more than {limit_s / 60:.3g} minutes and was ended"
                        raise DeadlineExceeded(told, f"Run it by hand to see more: {' '.join(command)}") from None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)  # with all that it has started
