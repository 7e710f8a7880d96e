"""How far watts may be off that an INA219 or one of its kin measured."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The greatest errors of a chip at 25 °C, current and voltage as shares, offsets in volts; and how far it reads."""

    current: float
    voltage: float
    shunt_offset_v: float
    bus_offset_v: float = 0.0
    shunt_v: float = 0.32
    own_shunt_ohms: float = 0.0
    """Of a chip that has its shunt inside, whose tolerance is in the limit of the current."""


# By the data sheets of Texas Instruments: SBOS448, of the lower grade; SBOS459; SBOS547; SLYS021; SBOS656.
LIMITS = {
    "ina219": Limits(0.005, 0.005, 200e-6),
    "ina220": Limits(0.005, 0.005, 200e-6),
    "ina226": Limits(0.001, 0.001, 10e-6, 7.5e-3, 0.08191),
    "ina228": Limits(0.0005, 0.0005, 1e-6, 2.5e-3, 0.1638),
    "ina260": Limits(0.0015, 0.001, 10e-6, 7.5e-3, 0.08191, own_shunt_ohms=0.002),
}


def watts_errors(
    limits: Limits, supply_v: float, shunt_ohms: float, shunt_tolerance: float, bus_step_v: float
) -> tuple[float, float]:
    """Standard uncertainties of watts: as a share of them, and in watts whatever the load.

    An error within a bound is as likely one as another: its standard uncertainty is the bound over sqrt(3). So it is
    with half of a step of the bus voltage, which does not average out where the supply is steady.
    """
    if limits.own_shunt_ohms:
        shunt_ohms, shunt_tolerance = limits.own_shunt_ohms, 0.0
    of_voltage = math.hypot(limits.bus_offset_v, bus_step_v / 2) / supply_v
    bounds = (limits.current, limits.voltage, shunt_tolerance, of_voltage)
    share = math.sqrt(sum(bound * bound for bound in bounds) / 3)
    return share, limits.shunt_offset_v / shunt_ohms * supply_v / math.sqrt(3)
