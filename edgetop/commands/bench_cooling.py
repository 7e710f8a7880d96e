"""Waiting between the sessions of a matrix until the board is as cool as it was before the first."""

from __future__ import annotations

import time
from typing import Callable, Optional

from edgetop.commands.headless import Signals
from edgetop.errors import ProbeError
from edgetop.measure.turns import COOL_C, LONGEST_COOLING_NS
from edgetop.probes.heat import HeatProbe
from edgetop.readings import Reading

LOOK_S = 1.0


def temperature_c(root: str = "/") -> Optional[float]:
    """Of the first thermal zone, which is the CPU's where there is one; None where none can be read."""
    probe = HeatProbe(root)
    try:
        probe.open()
        first = probe.read()[0]
    except ProbeError:
        return None
    finally:
        probe.close()
    return first.value if isinstance(first, Reading) else None


def cool(start_c: float, signals: Signals, say: Callable[[str], None], root: str = "/") -> None:
    """Wait until the board is within two degrees of ``start_c``: for a quarter of an hour at most, or to a signal."""
    end_s = time.monotonic() + LONGEST_COOLING_NS / 1e9
    told = False
    while not signals.number and time.monotonic() < end_s:
        now_c = temperature_c(root)
        if now_c is None or now_c <= start_c + COOL_C:
            return
        if not told:
            told = True
            say(f"  cooling down from {now_c:.1f} to {start_c + COOL_C:.1f} °C")
        signals(LOOK_S)
