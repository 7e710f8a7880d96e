"""The registers of an INA219 that are read over and over, as words of the bus, whose bytes are swapped."""

from __future__ import annotations

BUS, POWER, CURRENT = 2, 3, 4
BUS_STEP_V = 4e-3

OVERFLOW, CONVERTED = 0x0100, 0x0200
"""Flags below the bus voltage in its register: current or power do not fit theirs; a conversion has ended since the
power was last read."""
FLAGS = OVERFLOW | CONVERTED
_SIGN = 0x8000


def volts(bus_word: int) -> float:
    """The supply's voltage."""
    return (_value(bus_word) >> 3) * BUS_STEP_V


def steps(current_word: int) -> int:
    """The current in steps of the calibration's, negative where it flows back."""
    return (_value(current_word) ^ _SIGN) - _SIGN


def _value(word: int) -> int:
    return (word & 0xFF) << 8 | word >> 8
