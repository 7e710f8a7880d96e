"""A power meter without hardware: the INA219's registers behind the bus object that its library talks to.

The chip converts as the data sheet says: shunt, then bus voltage, each by its own resolution or averaging, round
after round; its delta-sigma converter integrates over all of a conversion, but what flows while it converts the bus
voltage it does not see. Registers hold the last conversion. The load is this machine's: ``IDLE_W`` and ``CORE_W`` for
each busy core.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from typing import Callable

from edgetop.clock import SECOND_NS, now_ns
from edgetop.plan import Ina219Settings
from edgetop.probes.cpu import parse_stat

SUPPLY_V = 5.1
IDLE_W = 2.4
CORE_W = 1.2

Source = Callable[[int, int], "tuple[float, float]"]
"""Mean volts behind the shunt and amperes through it between two times in nanoseconds."""

CONFIGURATION, SHUNT, BUS, POWER, CURRENT, CALIBRATION = range(6)

OFF = (0, 4)
"""Modes in which the chip does not convert: its registers stay, and its flag, as they were."""
_RESET = 0x399F
_SHUNT_STEP_V = 10e-6
_BUS_STEP_V = 4e-3
# ADC field of the configuration to nanoseconds of a conversion: 9 to 12 bits, then 2 to 128 samples of 12 bits.
_CONVERSION_NS = {0: 84_000, 1: 148_000, 2: 276_000, 3: 532_000, 8: 532_000}
_CONVERSION_NS.update({8 + n: 532_000 << n for n in range(1, 8)})


class SimulatedChip:
    """An INA219 over ``source``, measuring through a shunt of ``shunt_ohms``."""

    def __init__(self, source: Source, shunt_ohms: float = 0.1, clock_ns: Callable[[], int] = now_ns) -> None:
        self._source = source
        self.identity: dict[int, int] = {}
        """Registers beyond an INA219's own: another chip of its kind tells there who it is."""
        self._shunt_ohms = shunt_ohms
        self._clock_ns = clock_ns
        self.reset()

    def reset(self) -> None:
        """Power up, as after a brown-out: default configuration, calibration 0."""
        self._registers = [_RESET, 0, 0, 0, 0, 0]
        self._overflow = 0
        self._restart()

    def _restart(self) -> None:
        self._ready = 0
        self._rounds = 0
        self._begin_ns = self._clock_ns()
        configuration = self._registers[CONFIGURATION]
        mode, shunt_adc, bus_adc = configuration & 7, configuration >> 3 & 15, configuration >> 7 & 15
        self._shunt_ns = _conversion_ns(shunt_adc) if mode & 1 else 0
        self._bus_ns = _conversion_ns(bus_adc) if mode & 2 else 0
        self._continuous = mode > 4

    def write(self, register: int, value: int) -> None:
        """Write 16 bits; a new configuration begins a new conversion."""
        self._convert()
        if register == CALIBRATION:
            self._registers[CALIBRATION] = value & 0xFFFE
        elif register == CONFIGURATION and value & 0x8000:
            self.reset()
        elif register == CONFIGURATION:
            ready = self._ready if value & 7 in OFF else 0
            self._registers[CONFIGURATION] = value & 0x3FFF
            self._restart()
            self._ready = ready

    def read(self, register: int) -> int:
        """Read 16 bits; reading the power makes the conversion ready flag go out."""
        self._convert()
        if register == POWER:
            self._ready = 0
        value = self._registers[register] if register < len(self._registers) else self.identity.get(register, 0)
        if register == BUS:
            value = value << 3 | self._ready << 1 | self._overflow
        return value & 0xFFFF

    def _convert(self) -> None:
        """Bring the registers to the last conversion that has ended by now."""
        round_ns = self._shunt_ns + self._bus_ns
        rounds = (self._clock_ns() - self._begin_ns) // round_ns if round_ns else 0
        if rounds <= self._rounds or (self._rounds and not self._continuous):
            return
        self._rounds = rounds if self._continuous else 1
        self._ready = 1
        end_ns = self._begin_ns + self._rounds * round_ns
        if self._shunt_ns:
            self._registers[SHUNT] = self._shunt(end_ns - self._bus_ns)
        if self._bus_ns:
            self._registers[BUS] = self._bus(end_ns)
        self._multiply()

    def _shunt(self, end_ns: int) -> int:
        adc = self._registers[CONFIGURATION] >> 3 & 15
        _, amps = self._source(end_ns - _conversion_ns(adc), end_ns)
        limit = 4000 << (self._registers[CONFIGURATION] >> 11 & 3)
        return max(-limit, min(limit, _coarse(round(amps * self._shunt_ohms / _SHUNT_STEP_V), adc)))

    def _bus(self, end_ns: int) -> int:
        adc = self._registers[CONFIGURATION] >> 7 & 15
        volts, _ = self._source(end_ns - _conversion_ns(adc), end_ns)
        limit = 8000 if self._registers[CONFIGURATION] & 0x2000 else 4000
        return max(0, min(limit, _coarse(round(volts / _BUS_STEP_V), adc)))

    def _multiply(self) -> None:
        """Current and power of the last shunt and bus voltage, and whether they fit their registers."""
        current = int(self._registers[SHUNT] * self._registers[CALIBRATION] / 4096)
        power = abs(current) * self._registers[BUS] // 5000
        self._overflow = int(abs(current) > 32767 or power > 65535)
        self._registers[CURRENT] = max(-32768, min(32767, current))
        self._registers[POWER] = min(65535, power)


def _conversion_ns(adc: int) -> int:
    return _CONVERSION_NS[adc if adc >= 8 else adc & 3]


def _coarse(steps: int, adc: int) -> int:
    """Below 12 bits the lowest are 0."""
    lost_bits = 3 - (adc & 3) if adc < 8 else 0
    return steps >> lost_bits << lost_bits


class SimulatedBus:
    """What the library uses of ``Adafruit_PureIO.smbus.SMBus``, with chips by their address on it."""

    def __init__(self, chips: Mapping[int, SimulatedChip]) -> None:
        self._chips = chips

    def _chip(self, address: int) -> SimulatedChip:
        if address not in self._chips:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        return self._chips[address]

    def read_word_data(self, address: int, register: int) -> int:
        """A register, its bytes swapped: SMBus words are little endian, the chip is not."""
        value = self._chip(address).read(register)
        return (value & 0xFF) << 8 | value >> 8

    def write_i2c_block_data(self, address: int, register: int, block: Sequence[int]) -> None:
        """Write a register from two bytes, the high one first."""
        self._chip(address).write(register, block[0] << 8 | block[1])


class BoardLoad:
    """What a small board would draw if it were as busy as this machine; looked up ten times a second."""

    def __init__(self, stat_path: str = "/proc/stat") -> None:
        self._stat_path = stat_path
        self._due_ns = 0
        self._before = (0, 0)
        self._point = (SUPPLY_V, IDLE_W / SUPPLY_V)

    def __call__(self, start_ns: int, end_ns: int) -> tuple[float, float]:
        """Volts and amperes now; ``end_ns`` says when to look again."""
        if end_ns >= self._due_ns:
            self._due_ns = end_ns + SECOND_NS // 10
            self._look()
        return self._point

    def _look(self) -> None:
        try:
            with open(self._stat_path, "rb") as file:
                times = parse_stat(file.read())
        except OSError:
            times = {}
        if "cpu" not in times:
            return  # without /proc the board idles
        cores = max(1, len(times) - 1)
        busy, total = (now - before for now, before in zip(times["cpu"], self._before))
        if total > 0 and self._before != (0, 0):
            busy_cores = cores * min(max(busy / total, 0.0), 1.0)
            self._point = (SUPPLY_V, (IDLE_W + CORE_W * busy_cores) / SUPPLY_V)
        self._before = times["cpu"]


def simulated_bus(settings: Ina219Settings) -> SimulatedBus:
    """A bus with one meter at the address of the settings, in the supply of a board as busy as this machine."""
    return SimulatedBus({settings.address: SimulatedChip(BoardLoad(), settings.shunt_ohms)})
