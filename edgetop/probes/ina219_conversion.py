"""How an INA219 converts at a wanted rate, and how far its values may be off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Optional

SLOWEST_HZ, FASTEST_HZ = 50.0, 230.0
GAIN_LIMIT = 0.005
"""Of current and of voltage each, as the data sheet has it (TI SBOS448, 25 °C)."""
OFFSET_LIMIT_V = 200e-6
"""Across the shunt, of the lower grade of the chip."""
_TWELVE_BITS_NS = 532_000


@dataclass(frozen=True)
class Conversion:
    """One setting of the chip: shunt samples averaged, bits of the bus voltage, and how long both take."""

    samples: int
    bus_bits: int
    bus_step_v: float
    period_ns: int

    @property
    def rate_hz(self) -> float:
        """Conversions a second."""
        return 1e9 / self.period_ns


# Averaging fills the whole period: a single sample at 100 Hz sees a twentieth of the time.
CONVERSIONS = (
    Conversion(32, 12, 4e-3, 33 * _TWELVE_BITS_NS),
    Conversion(16, 12, 4e-3, 17 * _TWELVE_BITS_NS),
    Conversion(8, 12, 4e-3, 9 * _TWELVE_BITS_NS),
    Conversion(8, 9, 32e-3, 8 * _TWELVE_BITS_NS + 84_000),
)
"""The slowest first; the last is the only one as fast as that, for coarser volts."""


def conversion(rate_hz: float) -> Optional[Conversion]:
    """The slowest that is as fast as wanted, within 2 %; None for a rate that the chip has no averaging for."""
    if not SLOWEST_HZ <= rate_hz <= FASTEST_HZ:
        return None
    return next((one for one in CONVERSIONS if one.rate_hz * 1.02 >= rate_hz), CONVERSIONS[-1])


def gain_error(shunt_tolerance: float, gain_limit: float, bus_step_v: float, volts: float) -> float:
    """Standard uncertainty of watts in proportion to them: limits of current, voltage and shunt as rectangles, and
    the step of the bus voltage, which does not average out where the supply is steady."""
    step = bus_step_v / max(volts, 1.0) / math.sqrt(12)
    return math.hypot(math.sqrt((2 * gain_limit**2 + shunt_tolerance**2) / 3), step)


def offset_error_w(shunt_ohms: float, volts: float) -> float:
    """Standard uncertainty of watts whatever they are, by the amplifier's offset."""
    return OFFSET_LIMIT_V / shunt_ohms * volts / math.sqrt(3)
