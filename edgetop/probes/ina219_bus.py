"""Registers that are read a hundred times a second, without what the library's transfers cost in Python.

``Adafruit_PureIO`` builds each transfer of a register anew, which takes several times as long as the system's call. Of
those that are read over and over, the transfers are kept.
"""

from __future__ import annotations

from ctypes import POINTER, c_uint8, c_uint16, cast, pointer
from functools import partial
from typing import Any, Callable

from Adafruit_PureIO import smbus


def word_reader(bus: Any, address: int, register: int) -> Callable[[], int]:
    """What reads a register's 16 bits each time it is called, in this machine's order of bytes; it raises OSError.

    It is for one thread, and for as long as the bus is open. A bus that is not the library's own is asked by its
    method.
    """
    if not isinstance(bus, smbus.SMBus):
        return partial(bus.read_word_data, address, register)
    request, word = _transfer(address, register)
    ioctl, device, transfer = smbus.ioctl, bus._device.fileno(), smbus.I2C_RDWR

    def read() -> int:
        ioctl(device, transfer, request)
        return word.value

    return read


def _transfer(address: int, register: int) -> tuple[Any, c_uint16]:
    """Writes the register's number, then reads its two bytes; and where they come to lie."""
    number, word = c_uint8(register), c_uint16()
    bytes_of_word = cast(pointer(word), POINTER(c_uint8))
    messages = [(address, 0, 1, pointer(number)), (address, smbus.I2C_M_RD, 2, bytes_of_word)]
    return smbus.make_i2c_rdwr_data(messages), word
