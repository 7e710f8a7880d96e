"""What a Raspberry Pi's firmware answers to ``vcgencmd``: each question starts a process, so ask it seldom."""

from __future__ import annotations

import subprocess
from typing import Any, Callable

from edgetop.errors import ProbeError

CLOCK_HZ, THROTTLE_HZ, PMIC_HZ = 0.2, 0.4, 0.4
"""How often each probe may ask: once a second in all."""
LIMIT_S = 2.0
"""An answer takes a few milliseconds; a firmware that hangs takes for ever."""

_JOIN = "Join its group and log in again: sudo usermod -aG video $USER"
_ONLY_PI = "Only a Raspberry Pi has it; on one: sudo apt install raspi-utils (or libraspberrypi-bin)"

# What it prints when it cannot reach the firmware, to (title, hint).
_FAULTS = {
    "/dev/vcio": ("no permission to ask the firmware (/dev/vcio)", _JOIN),
    "/dev/vchiq": ("no permission to ask the firmware (/dev/vchiq)", _JOIN),
    "VCHI initialization failed": ("no permission to ask the firmware (VCHI)", _JOIN),
    "Command not registered": ("this firmware does not answer to {question}", "Only newer boards or firmware do"),
}


def ask(*words: str, run: Callable[..., Any] = subprocess.run) -> str:
    """What ``vcgencmd words`` prints, stripped; raises ProbeError with what to do. ``run`` is as ``subprocess.run``."""
    question = " ".join(words)
    try:
        done = run(
            ["vcgencmd", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT_S,
        )
    except FileNotFoundError as error:
        raise ProbeError("vcgencmd is not here", _ONLY_PI) from error
    except subprocess.TimeoutExpired as error:
        raise ProbeError(f"vcgencmd {question} has not answered in {LIMIT_S:g} s", "Restart the board") from error
    except OSError as error:
        raise ProbeError(f"vcgencmd cannot be run: {error.strerror or error}", _ONLY_PI) from error
    answer: str = done.stdout.decode("utf-8", "replace").strip()
    # It ends with 0 after some of its errors.
    for words_of_fault, (title, hint) in _FAULTS.items():
        if words_of_fault in answer:
            raise ProbeError(title.format(question=question), hint)
    if done.returncode or not answer or answer.startswith("error="):
        what = answer.splitlines()[0] if answer else f"exit code {done.returncode}"
        raise ProbeError(f"vcgencmd {question} fails: {what}", "Update the firmware: sudo apt full-upgrade")
    return answer
