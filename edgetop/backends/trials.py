"""Try in a child process what may crash, before a worker does it: once an installation, since successes are kept."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from edgetop.backends.proofs import recall, remember
from edgetop.isolate import ended_by
from edgetop.readings import Missing

TIMEOUT_S = 60.0


def mistrust(title: str, command: Sequence[str], state: Sequence[str], hint: str) -> Missing | None:
    """Why something must not be used, or None: ``python -m`` and the command ended with 0, now or earlier.

    ``state`` is all that it depends on; the command's last line on standard error says what failed.
    """
    name = " ".join(command)
    if recall(name, state):
        return None
    try:
        child = subprocess.run(
            [sys.executable, "-m", *command], stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return Missing(f"{title} hung when it was tried for {TIMEOUT_S:.0f} s", hint)
    if child.returncode == 0:
        remember(name, state, {"trusted": True})
        return None
    lines = child.stderr.decode("utf-8", "replace").splitlines() or [""]
    how = f"crashed ({ended_by(child.returncode)})" if child.returncode < 0 else f"failed: {lines[-1]}"
    return Missing(f"{title} {how} when it was tried", hint)
