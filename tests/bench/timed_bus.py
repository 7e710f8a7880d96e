"""An INA219 below the real library's own bus: all that a real transfer does in Python, but no kernel and no wire.

The library's bus packs and unpacks each transfer as it does on a board; its last call, ``ioctl``, is answered by a
simulated chip, whose CPU time is counted apart, because a real chip has none.
"""

from __future__ import annotations

import time

from Adafruit_PureIO import smbus

from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import Ina219Probe
from edgetop.probes.simulated import SimulatedChip

TRANSFER_S = 48 / 100_000
"""Of a register's, at 100 kHz, which is what a Raspberry Pi's bus has unless told otherwise."""


class ChipBelowKernel:
    """The open /dev/i2c-1, with one chip; a transfer sleeps ``transfer_s``, as the kernel does for the wire."""

    def __init__(self, transfer_s: float) -> None:
        self._chip = SimulatedChip(lambda *_span: (5.1, 0.8))
        self._transfer_s = transfer_s
        self._kept: dict[int, tuple[object, int, object]] = {}
        self.cpu_ns = 0
        self.transfers = 0

    def fileno(self) -> int:
        """No file: ``ioctl`` below does not need it."""
        return -1

    def close(self) -> None:
        """Nothing is held."""

    def write(self, data: bytearray) -> None:
        """A register's number and its new value."""
        self._chip.write(data[0], int.from_bytes(data[1:], "big"))

    def ioctl(self, _fd: int, request: int, argument: object) -> None:
        """Selects an address, or writes a register's number and reads what it holds."""
        if request != smbus.I2C_RDWR:
            return
        begin_ns = time.thread_time_ns()
        kept = self._kept.get(id(argument))
        if kept is None:  # looked into once, so that what a chip does not do weighs little; and held, as is its id
            kept = self._kept[id(argument)] = argument, argument.msgs[0].buf[0], argument.msgs[1].buf
        _, register, answer = kept
        answer[0], answer[1] = divmod(self._chip.read(register), 256)
        self.transfers += 1
        self.cpu_ns += time.thread_time_ns() - begin_ns
        if self._transfer_s:
            time.sleep(self._transfer_s)


def metered(transfer_s: float, rate_hz: float = Ina219Settings.rate_hz) -> tuple[Ina219Probe, ChipBelowKernel]:
    """The probe at its usual rate, and the chip that it will read; one pair at a time in a process."""
    chip = ChipBelowKernel(transfer_s)
    smbus.ioctl = chip.ioctl

    class Bus(smbus.SMBus):
        def open(self, bus: int) -> None:
            self._device = chip

    return Ina219Probe(Ina219Settings(rate_hz=rate_hz), bus_class=Bus), chip
