"""Runs a command that finds INA219s on an emulated /dev/i2c-1, whose opens, writes and ioctls are the real calls.

    umockdev-wrapper /usr/bin/python3 i2c_emulation.py UNPLUGGED COMMAND...

Needs umockdev and its bindings (Debian: umockdev, python3-gi, gir1.2-umockdev-1.0), which the system's Python has and
a virtual environment has not. Chips behind 0.1 ohm each: 0x40 with 5.1 V and 0.8 A, which is not there while the file
UNPLUGGED is; 0x41 with 12 V and -0.5 A; 0x45, which a driver of the kernel holds and shows as hwmon.
"""

from __future__ import annotations

import errno
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import GLib, UMockdev  # noqa: E402

from edgetop.probes.simulated import SimulatedChip  # noqa: E402

I2C_SLAVE, I2C_RDWR = 0x703, 0x707
READ = 1
"""Of a message's flags."""
POINTER_BYTES = struct.calcsize("P")
HEAD = struct.Struct("@PI")
MESSAGE = struct.Struct("@HHHP")
"""struct i2c_rdwr_ioctl_data and struct i2c_msg of linux/i2c-dev.h and linux/i2c.h."""
BUS = """P: /devices/platform/i2c-1
N: i2c-1
E: DEVNAME=/dev/i2c-1
E: SUBSYSTEM=i2c-dev
E: MAJOR=89
E: MINOR=1
"""
UNPLUGGABLE, HELD = 0x40, 0x45
LOADS = {UNPLUGGABLE: (5.1, 0.8), 0x41: (12.0, -0.5), HELD: (5.0, 1.0)}
"""Volts and amperes of each address."""
DRIVER = {
    "name": "ina219",
    "hwmon/hwmon3/name": "ina219",
    "hwmon/hwmon3/in1_input": "5000",
    "hwmon/hwmon3/curr1_input": "20000",
    "hwmon/hwmon3/shunt_resistor": "10000",
}
"""Below the held chip's folder: 2 A, taken for 20, for nobody told the kernel the shunt. The chip itself says 1 A."""


class EmulatedBus(UMockdev.IoctlBase):
    """The adapter's side: transfers by the register a chip was last pointed to, which each chip keeps to itself."""

    __gtype_name__ = "EmulatedI2cBus"

    def __init__(self, unplugged: str) -> None:
        super().__init__()
        self._unplugged = unplugged
        self._chips = {address: SimulatedChip(lambda *_span, load=load: load) for address, load in LOADS.items()}
        self._pointers = dict.fromkeys(self._chips, 0)
        self._selected: dict[UMockdev.IoctlClient, int] = {}

    def _put(self, address: int, data: bytes) -> None:
        """A register's number, and its new value if there is one."""
        if address not in self._chips or (address == UNPLUGGABLE and os.path.exists(self._unplugged)):
            raise OSError(errno.EREMOTEIO, "no answer")
        self._pointers[address] = data[0]
        if len(data) == 3:
            self._chips[address].write(data[0], int.from_bytes(data[1:], "big"))

    def _get(self, address: int) -> bytes:
        return self._chips[address].read(self._pointers[address]).to_bytes(2, "big")

    def do_handle_ioctl(self, client: UMockdev.IoctlClient) -> bool:
        """Called by umockdev for each ioctl."""
        return self._answer(client, {I2C_SLAVE: self._select, I2C_RDWR: self._transfer}.get(client.get_request()))

    def do_handle_write(self, client: UMockdev.IoctlClient) -> bool:
        """Called by umockdev for each write, which goes to the address that this open file has selected."""
        return self._answer(client, self._write)

    def _answer(self, client, handle) -> bool:
        try:
            client.complete(handle(client) if handle else -1, 0 if handle else errno.ENOTTY)
        except OSError as error:
            client.complete(-1, error.errno)
        return True

    def _select(self, client: UMockdev.IoctlClient) -> int:
        address = int.from_bytes(bytes(client.get_arg().retrieve())[:POINTER_BYTES], sys.byteorder)
        if address == HELD:  # which the kernel says here, and not at transfers
            raise OSError(errno.EBUSY, "a driver holds it")
        self._selected[client] = address
        return 0

    def _write(self, client: UMockdev.IoctlClient) -> int:
        data = bytes(client.get_arg().retrieve())
        self._put(self._selected[client], data)
        return len(data)

    def _transfer(self, client: UMockdev.IoctlClient) -> int:
        head = client.get_arg().resolve(0, HEAD.size)
        _, count = HEAD.unpack(bytes(head.retrieve()))
        messages = head.resolve(0, count * MESSAGE.size)
        for number, message in enumerate(MESSAGE.iter_unpack(bytes(messages.retrieve()))):
            address, flags, length, _ = message
            buffer = messages.resolve((number + 1) * MESSAGE.size - POINTER_BYTES, length)
            if flags & READ:
                buffer.update(0, self._get(address)[:length])
            else:
                self._put(address, bytes(buffer.retrieve()))
        return count


def main() -> int:
    """Run the command beside the emulation; its exit code."""
    unplugged, *command = sys.argv[1:]
    testbed, bus, loop = UMockdev.Testbed.new(), EmulatedBus(unplugged), GLib.MainLoop()
    testbed.add_from_string(BUS)
    testbed.attach_ioctl("/dev/i2c-1", bus)
    for name, text in DRIVER.items():
        file = Path(testbed.get_root_dir(), f"sys/bus/i2c/devices/1-{HELD:04x}", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    codes = []

    def run() -> None:
        try:
            codes.append(subprocess.call(command))
        finally:
            GLib.idle_add(loop.quit)  # a quit before the loop runs would be lost

    threading.Thread(target=run, daemon=True).start()
    loop.run()
    return codes[0] if codes else 1


if __name__ == "__main__":
    sys.exit(main())
