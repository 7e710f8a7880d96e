"""What a sensor gives: a channel's description, a value at a time, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union


@dataclass(frozen=True)
class Missing:
    """A value that could not be had, with its reason; shown in place of a number."""

    reason: str
    hint: str = ""

    def __bool__(self) -> bool:
        return False


Figure = Union[float, Missing]
"""A number, or why there is none."""


BOARD = "whole board"
BATTERY = "battery"
RAILS = "SoC rails"
PACKAGE = "CPU package"
ESTIMATE = "estimate"
PART = "part of the board"
COVERAGES = (BOARD, BATTERY, RAILS, PACKAGE, ESTIMATE, PART)
"""What a meter of power may see, the fullest first; two figures compare only where they are of one coverage."""


@dataclass(frozen=True)
class Channel:
    """One quantity that a probe delivers.

    ``name`` is dotted, its first part the group of the panel: ``cpu.total``, ``cpu.0``, ``memory.used``,
    ``heat.cpu-thermal``, ``clock.0``, ``power.board.w``, ``run.cpu``. A reading is kept as a whole
    number of ``scale`` units, so that a recording repeats it to the last digit.
    """

    name: str
    unit: str
    title: str
    scale: float
    kind: str = "gauge"
    source: str = ""
    charted: bool = False
    run: Optional[int] = None
    id: int = -1
    covers: str = ""
    """What a meter of power sees, one of COVERAGES; empty for all other channels."""
    gain_error: float = 0.0
    """Standard uncertainty of the sensor in proportion to the value, as a share of it; 0 where it is not known."""
    offset_error: float = 0.0
    """Standard uncertainty of the sensor whatever the value, in the channel's unit; 0 where it is not known."""
    seen: float = 0.0
    """Share of the time that the meter's readings see, the rest passing between its conversions; 0 where not known."""
    conversion_s: float = 0.0
    """How long one of its values is made; 0 where that is not known."""
    hz: float = 0.0
    """How often it is read; 0 in a recording that does not tell."""


def whose_watts(channel: Channel) -> str:
    """What a meter sees, and which meter it is: ``whole board by INA219 at 0x40 on bus 1``."""
    return " by ".join(part for part in (channel.covers, channel.source) if part)


@dataclass(frozen=True)
class Reading:
    """A channel's value, stamped at the middle of its measurement on the monotonic clock."""

    t_ns: int
    value: float
