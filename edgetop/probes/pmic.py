"""The rails of a Raspberry Pi 5's power chip: what the SoC and its memory take, without USB and the HATs.

A question starts a process, which costs more than any other probe's reading, so it is asked seldom. The chip itself
gives about 20 new values a second: a short burst can fall between two questions, and a mean needs a minute.
"""

from __future__ import annotations

import math
import re
from typing import Callable, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes import vcgencmd
from edgetop.readings import BOARD, RAILS, Channel, Missing, Reading

SOURCE = "vcgencmd pmic_read_adc"
INPUT = "EXT5V"

_LINE = re.compile(r"\s*(\w+)_([AV])\s+(?:current|volt)\(\d+\)=(\d+(?:\.\d+)?)[AV]\s*")
_NOTHING = "Only a Raspberry Pi 5 has currents"


def parse_rails(answer: str) -> dict[str, dict[str, float]]:
    """Rail to its amperes (A) and volts (V), as far as they are told."""
    rails: dict[str, dict[str, float]] = {}
    for line in answer.splitlines():
        match = _LINE.fullmatch(line)
        if match:
            rails.setdefault(match[1], {})[match[2]] = float(match[3])
    return rails


class PmicProbe:
    """Watts of all rails whose current and voltage are told, summed; and the volts that the board is fed with."""

    name = "pmic"
    title = "power of the Pi's SoC"
    rate_hz = vcgencmd.PMIC_HZ

    def __init__(self, ask: Callable[..., str] = vcgencmd.ask, clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels = (
            Channel("power.pmic.w", "W", "SoC rails power", 1e-6, source=SOURCE, charted=True, covers=RAILS),
            Channel("power.ext5v.v", "V", "supply voltage", 1e-6, source=f"{SOURCE}: {INPUT}", covers=BOARD),
        )
        self._ask = ask
        self._clock_ns = clock_ns

    def open(self) -> None:
        """Ask once; raises ProbeError where the firmware cannot be asked or tells no current."""
        if not isinstance(self.read()[0], Reading):
            raise ProbeError("this board's power chip tells no current", _NOTHING)

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """The sum and the supply's volts, stamped at the middle of the question; raises ProbeError."""
        begin_ns = self._clock_ns()
        rails = parse_rails(self._ask("pmic_read_adc"))
        t_ns = (begin_ns + self._clock_ns()) // 2
        powers = [rail["A"] * rail["V"] for rail in rails.values() if len(rail) == 2]
        volts = rails.get(INPUT, {}).get("V")
        return (
            Reading(t_ns, math.fsum(powers)) if powers else Missing("the power chip tells no current"),
            Missing(f"the power chip does not tell {INPUT}") if volts is None else Reading(t_ns, volts),
        )

    def close(self) -> None:
        """Nothing is held."""
