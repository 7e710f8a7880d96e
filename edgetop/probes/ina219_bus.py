"""The bus that the INA219's library talks through, without what its transfers cost in Python.

``Adafruit_PureIO`` builds each transfer of a register anew, which takes several times as long as the system's call. Of
a chip that is read a hundred times a second, the transfers are kept.
"""

from __future__ import annotations

from ctypes import POINTER, c_uint8, c_uint16, cast, pointer
from typing import Any

from Adafruit_PureIO import smbus


class KeptBus(smbus.SMBus):  # type: ignore[misc]
    """The library's own, whose reads of a register keep their transfer for the next; for one thread."""

    def __init__(self, number: int) -> None:
        self._kept: dict[tuple[int, int], tuple[Any, c_uint16]] = {}
        super().__init__(number)

    def read_word_data(self, addr: int, cmd: int) -> int:
        """A register's 16 bits in this machine's order of bytes; raises OSError."""
        kept = self._kept.get((addr, cmd))
        if kept is None:
            kept = self._kept[addr, cmd] = _transfer(addr, cmd)
        request, word = kept
        smbus.ioctl(self._device.fileno(), smbus.I2C_RDWR, request)
        return word.value


def _transfer(address: int, register: int) -> tuple[Any, c_uint16]:
    """Writes the register's number, then reads its two bytes; and where they come to lie."""
    number, word = c_uint8(register), c_uint16()
    bytes_of_word = cast(pointer(word), POINTER(c_uint8))
    messages = [(address, 0, 1, pointer(number)), (address, smbus.I2C_M_RD, 2, bytes_of_word)]
    return smbus.make_i2c_rdwr_data(messages), word
