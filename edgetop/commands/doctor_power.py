"""The doctor on power: the I2C bus, the rights to use devices, each meter and its shunt, and whose watts count."""

from __future__ import annotations

import getpass
import glob
import grp
import os
import time
from collections.abc import Iterator, Sequence
from typing import Optional, Union

from edgetop import units
from edgetop.commands.doctor_check import BAD, MISSING, OK, WARN, Check
from edgetop.engine.power_source import NONE, choose_power
from edgetop.errors import EdgetopError, ProbeError
from edgetop.plan import Ina219Settings, Plan
from edgetop.probes.base import Probe
from edgetop.probes.keptfile import read_text
from edgetop.probes.throttle_signs import is_raspberry_pi
from edgetop.readings import Channel, Missing, Reading

LEAST_A, MOST_A = 0.05, 5.0
"""A board that is on draws more than the one; no supply of a board gives more than the other."""
WAIT_S = 1.0

_GROUPS = {"i2c": "the power meter", "video": "a Raspberry Pi's firmware", "plugdev": "a Coral USB accelerator"}
_CONFIGS = ("boot/firmware/config.txt", "boot/config.txt")
_LOAD = "sudo modprobe i2c-dev; for good: echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf"
_RASPI_CONFIG = "sudo raspi-config nonint do_i2c 0, then restart"


def i2c(root: str = "/") -> Iterator[Check]:
    """Whether there is a bus for a power meter, and whether it may be used."""
    buses = sorted(glob.glob(os.path.join(root, "dev/i2c-*")))
    names = ", ".join("/dev/" + os.path.basename(bus) for bus in buses)
    if not buses:
        detail, hint = _why_no_bus(root)
        yield Check("I2C", MISSING, detail, hint)
    elif not any(os.access(bus, os.R_OK | os.W_OK) for bus in buses):
        yield Check("I2C", MISSING, f"no permission to use {names}", _join("i2c"))
    else:
        yield Check("I2C", OK, names)


def _why_no_bus(root: str) -> tuple[str, str]:
    nothing = "there is no /dev/i2c-*"
    if not is_raspberry_pi(root):
        return nothing, f"Where the board has I2C: {_LOAD}"
    if not _turned_on(root):
        return f"{nothing}: I2C is not turned on in config.txt", _RASPI_CONFIG
    if not os.path.isdir(os.path.join(root, "sys/module/i2c_dev")):
        return f"{nothing}: config.txt turns I2C on, module i2c-dev is not loaded", _LOAD
    return f"{nothing}: config.txt turns I2C on since the last start", "Restart"


def _turned_on(root: str) -> bool:
    for path in _CONFIGS:
        try:
            lines = read_text(os.path.join(root, path)).splitlines()
        except OSError:
            continue
        # The last one counts; nothing behind it is the same as on.
        told = [line.replace(" ", "") for line in lines if line.strip().startswith("dtparam=i2c_arm")]
        return bool(told) and told[-1] in ("dtparam=i2c_arm", "dtparam=i2c_arm=on", "dtparam=i2c_arm=1")
    return False


def _join(group: str) -> str:
    return f"sudo usermod -aG {group} $USER, then log in again"


def groups(user: str = "", own: Optional[Sequence[int]] = None, uid: Optional[int] = None) -> Iterator[Check]:
    """Whether the user is in the groups that own devices, and has logged in since."""
    if (os.getuid() if uid is None else uid) == 0:
        yield Check("groups", OK, "root may use all devices")
        return
    user, own = user or _user(), os.getgroups() if own is None else own
    for name, device in _GROUPS.items():
        try:
            group = grp.getgrnam(name)
        except KeyError:
            continue  # this system has other ways
        if group.gr_gid in own:
            yield Check(f"group {name}", OK, f"for {device}")
        elif user in group.gr_mem:
            yield Check(f"group {name}", MISSING, f"{user} has joined it since the login", "Log out and in again")
        else:
            yield Check(f"group {name}", MISSING, f"{user} is not in it; it is for {device}", _join(name))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"user {os.getuid()}"


def meter(settings: Ina219Settings, probe: Probe) -> Iterator[Check]:
    """Whether the chip answers, and whether what it tells can be a board's current."""
    name = f"meter {settings.name}"
    try:
        probe.open()
        values = _first_readings(probe)
    except ProbeError as error:
        # One that nobody set up may be absent.
        yield Check(name, BAD if settings.bus else MISSING, error.title, error.hint)
        return
    finally:
        probe.close()
    told = {channel.unit: value.value for channel, value in zip(probe.channels, values) if isinstance(value, Reading)}
    source = probe.channels[0].source
    if "A" not in told or "V" not in told:
        reasons = [value.reason for value in values if isinstance(value, Missing)]
        yield Check(name, BAD, f"{source}: {reasons[0]}", "Check its supply, wiring, and range: docs/power.md")
        return
    detail = f"{source}: {units.quantity(told['V'], 'V')}, {units.quantity(told['A'], 'A')}"
    hint = _implausible(told["A"], settings)
    yield Check(name, WARN if hint else OK, detail, hint)


def _first_readings(probe: Probe) -> tuple[Union[Reading, Missing], ...]:
    """What the meter tells, as soon as it tells a number, or after a second."""
    end_s = time.monotonic() + WAIT_S
    values = probe.read()
    while not all(isinstance(value, Reading) for value in values) and time.monotonic() < end_s:
        time.sleep(0.02)
        values = probe.read()
    return values


def _implausible(amperes: float, settings: Ina219Settings) -> str:
    """What to do about a current that no board draws; empty for one that it may."""
    if settings.name != "board":
        return ""  # an accelerator may sleep
    if -MOST_A <= amperes <= -LEAST_A:
        return "The current flows backwards: exchange VIN+ and VIN-"
    if LEAST_A <= amperes <= MOST_A:
        return ""
    shunt = f"shunt_ohms is {settings.shunt_ohms:g}; it is printed on the chip's board: R100 is 0.1, R010 is 0.01"
    return f"No board draws that. {shunt}" + ("" if abs(amperes) > MOST_A else "; or the board is not fed through it")


def whose_watts(settings: Ina219Settings, power: str, channels: Sequence[Channel], readable: set[int]) -> Check:
    """Of which source energy is made with these settings."""
    try:
        number = choose_power(Plan((), ina219=settings, power=power), channels, readable)
    except EdgetopError as error:
        return Check("energy", BAD, error.title, error.hint)
    if number == NONE or number not in readable:
        return Check("energy", MISSING, "no source of power answers: no watts, no joules", "See docs/power.md")
    channel = channels[number]
    return Check("energy", OK, f"of {channel.name.split('.')[1]}: {channel.covers}, {channel.source}")
