"""What goes wrong between the INA219 and its library, in words that say what to do."""

from __future__ import annotations

import errno

from edgetop.config import SHUNT_HINT, is_shunt
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219_conversion import FASTEST_HZ, SLOWEST_HZ, conversion
from edgetop.probes.throttle_signs import is_raspberry_pi

INSTALL = "pip install --no-deps pi-ina219 Adafruit_GPIO Adafruit_PureIO (no compiler needed)"

_TURN_ON_PI = "Turn I2C on: sudo raspi-config, Interface Options; or dtparam=i2c_arm=on in config.txt; then restart"
_TURN_ON = "Load i2c-dev: sudo modprobe i2c-dev; i2cdetect -l lists the buses: name the meter's with --ina219-bus"
_JOIN = "Join its group and log in again: sudo usermod -aG i2c $USER"
_WIRING = "Check supply, SDA, SCL and ground, and the address: i2cdetect -y {bus}"
_DRIVER = "Unbind the driver, or take ina2xx or ina219 out of config.txt and restart"
_HELD = "SDA or SCL is held low, or has no pull-up; check the wiring and restart"
_OTHER_BUS = "Use a bus of the board's own controller; i2cdetect -l lists them"

# errno to (title, hint), both over {bus} and {address}
_BY_ERRNO = {
    errno.ENOENT: ("there is no I2C bus {bus} (/dev/i2c-{bus})", _TURN_ON),
    errno.EACCES: ("no permission to use /dev/i2c-{bus}", _JOIN),
    errno.EPERM: ("no permission to use /dev/i2c-{bus}", _JOIN),
    errno.EREMOTEIO: ("no INA219 answers at {address} on bus {bus}", _WIRING),
    errno.ENXIO: ("no INA219 answers at {address} on bus {bus}", _WIRING),
    errno.EBUSY: ("a kernel driver holds the INA219 at {address} on bus {bus}, and shows no values", _DRIVER),
    errno.EIO: ("I2C bus {bus} does not work", _HELD),
    errno.ETIMEDOUT: ("I2C bus {bus} does not work", _HELD),
    errno.EOPNOTSUPP: ("I2C bus {bus} has no plain transfers", _OTHER_BUS),
    errno.ENOTTY: ("I2C bus {bus} has no plain transfers", _OTHER_BUS),
}


def bus_fault(error: OSError, settings: Ina219Settings, root: str = "/") -> ProbeError:
    """What an error of the bus means, on the board whose files are below ``root``."""
    title, hint = _BY_ERRNO.get(error.errno or 0, (f"the power meter cannot be read: {error}", _WIRING))
    if hint is _TURN_ON and is_raspberry_pi(root):
        hint = _TURN_ON_PI
    names = {"bus": settings.bus or "1", "address": f"{settings.address:#04x}"}
    return ProbeError(title.format(**names), hint.format(**names))


def other_chip_fault(name: str, settings: Ina219Settings) -> ProbeError:
    """What a chip means that is none: the kernel has drivers for its kin, through which edgetop reads them."""
    bus = settings.bus or "1"
    bind = f"echo {name.lower()} {settings.address:#04x} | sudo tee /sys/bus/i2c/devices/i2c-{bus}/new_device"
    hint = f"Let the kernel read it: {bind}" if name.startswith("INA") else "Give the address of an INA219"
    return ProbeError(f"{name} at {settings.address:#04x} on bus {bus} is no INA219", hint)


def driver_fault(error: Exception, settings: Ina219Settings) -> ProbeError:
    """What an error of the kernel's files means: the chip was unplugged, or the kernel has let go of it."""
    words = f"{error.strerror or error}" if isinstance(error, OSError) else f"{error}"
    title = f"the kernel cannot read the power meter at {settings.address:#04x} on bus {settings.bus or 1}: {words}"
    return ProbeError(title, _WIRING.format(bus=settings.bus or "1"))


def library_fault(error: ImportError) -> ProbeError:
    """What a library that cannot be imported means."""
    return ProbeError(f"the INA219 library is not installed ({error})", INSTALL)


def settings_fault(settings: Ina219Settings) -> ProbeError | None:
    """What is wrong with the settings, if anything."""
    table = "[ina219]" if settings.name == "board" else f"[meters.{settings.name}]"
    if settings.bus not in ("", "simulated") and not settings.bus.isdigit():
        return ProbeError(f"{settings.bus!r} is not an I2C bus", f"{table} bus is a number, or simulated")
    if conversion(settings.rate_hz) is None:
        limits = f"{SLOWEST_HZ:g} to {FASTEST_HZ:g}"
        return ProbeError(f"{settings.rate_hz:g} conversions a second", f"{table} rate_hz is {limits}")
    if not 0x40 <= settings.address <= 0x4F:
        return ProbeError(f"{settings.address:#04x} is not an INA219's address", f"{table} address is 0x40 to 0x4f")
    if not is_shunt(settings.shunt_ohms):
        return ProbeError(f"{settings.shunt_ohms:g} ohm is no shunt's", f"{table} shunt_ohms: {SHUNT_HINT}")
    if not 0 <= settings.shunt_tolerance < 1:
        return ProbeError(f"a shunt_tolerance of {settings.shunt_tolerance:g}", f"{table} shunt_tolerance: 0.01 is 1 %")
    return None
