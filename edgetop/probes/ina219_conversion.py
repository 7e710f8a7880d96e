"""How an INA219 converts at a wanted rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

SLOWEST_HZ, FASTEST_HZ = 50.0, 230.0
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

    @property
    def seen(self) -> float:
        """The share of the time that it looks at the shunt."""
        return self.samples * _TWELVE_BITS_NS / self.period_ns


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
