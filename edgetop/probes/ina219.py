"""The board's power by an INA219 in its supply, through the ``ina219`` library.

The chip converts without pause, averaged shunt samples and one bus voltage; each reading is one conversion, stamped at
its middle. Gain and range are fixed: the library's automatic gain climbs too far when the chip averages, never comes
down, and sleeps in the middle of a run; a range of 32 V has the same steps as one of 16. Power is V * I, finer than
the chip's own. A chip that a driver of the kernel holds is read through that.

Each probe has a bus object of its own, and each transfer is one call into the kernel: several chips on one bus need no
lock among their threads.
"""

from __future__ import annotations

import dataclasses
import errno
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional, Union

from edgetop.clock import SECOND_NS, now_ns
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219_conversion import CONVERSIONS, GAIN_LIMIT, conversion, gain_error, offset_error_w
from edgetop.probes.ina219_faults import bus_fault, library_fault, other_chip_fault, settings_fault
from edgetop.probes.kernel_ina2xx import KernelIna2xx
from edgetop.readings import BOARD, PART, Channel, Missing, Reading

SHUNT_LIMIT_V = 0.32
GAIN_LIMITS = {"ina219": GAIN_LIMIT, "ina220": GAIN_LIMIT, "ina226": 0.001}
"""Of chips that the kernel reads, where their data sheets are known to us."""
BUS_LIMIT_V = 32.0
MAKER, TEXAS = 0xFE, 0x5449
"""A register that an INA219 has not, and what others of its kind hold there."""
OTHERS = {0x2260: "INA226", 0x2270: "INA260", 0x2280: "INA228", 0x2380: "INA238"}
AHEAD = 1.13
"""The probe is called by so much more often than the chip converts: its clock may be a tenth fast."""

_POLLS = 18  # looks in a period, where the first finds it going on
# By which the reckoned period follows the chip's clock, which may be off by a tenth: shorter while the first look
# finds a conversion ended, longer when it finds it going on, so that one look is enough most times.
_SHORTER, _LONGER = 1 / 450, 1 / 110  # of a period
_STALE_NS = SECOND_NS

Value = Union[Reading, Missing]

_constructing = threading.Lock()


@contextmanager
def _bus_in_place(bus_class: Optional[Callable[[int], Any]]) -> Iterator[None]:
    """Lets the library find ``bus_class``; under a lock, so that no other meter of this process gets it."""
    from Adafruit_PureIO import smbus

    with _constructing:
        real = smbus.SMBus
        smbus.SMBus = bus_class or real
        try:
            yield
        finally:
            smbus.SMBus = real


def _source(settings: Ina219Settings) -> str:
    if settings.bus == "simulated":
        from edgetop.probes.simulated import CORE_W, IDLE_W

        return f"simulated INA219 (no hardware): {IDLE_W} W, and {CORE_W} W a busy core"
    return f"INA219 at {settings.address:#04x} on bus {settings.bus or 1}, {settings.shunt_ohms:g} ohm"


class Ina219Probe:
    """Watts, volts and amperes behind the meter's shunt.

    ``read`` waits for a conversion to end, so that the chip sets the pace; ``rate_hz`` is a little more than the
    fastest chip. ``bus_class`` takes the place of the library's bus, called with the bus number; ``simulated`` brings
    its own.
    """

    name = "ina219"
    title = "power meter"

    def __init__(
        self,
        settings: Ina219Settings,
        clock_ns: Callable[[], int] = now_ns,
        sleep: Callable[[float], None] = time.sleep,
        bus_class: Optional[Callable[[int], Any]] = None,
        root: str = "/",
    ) -> None:
        source, rail = _source(settings), settings.name
        covers = BOARD if rail == "board" else PART
        self.channels = (
            Channel(f"power.{rail}.w", "W", f"{rail} power", 1e-6, source=source, charted=True, covers=covers),
            Channel(f"power.{rail}.v", "V", f"{rail} voltage", 1e-3, source=source, covers=covers),
            Channel(f"power.{rail}.a", "A", f"{rail} current", 1e-6, source=source, covers=covers),
        )
        self._settings = settings
        self._conversion = conversion(settings.rate_hz) or CONVERSIONS[1]
        self.rate_hz = AHEAD * self._conversion.rate_hz
        self._kernel = KernelIna2xx(settings, root, clock_ns)
        self._is_kernels = False
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._bus_class = bus_class
        self._chip: Any = None
        self._range_error: type[Exception] = Exception
        self._end_ns = 0
        self._period_ns = self._conversion.period_ns
        self._last: tuple[Value, ...] = ()

    def open(self) -> None:
        """Find and set up the chip; raises ProbeError with what to do."""
        fault = settings_fault(self._settings)
        if fault is not None:
            raise fault
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(logging.NullHandler())  # else the library would log to stderr, into the screen
        self._is_kernels = False
        try:
            self._connect()
            self._refuse_others()
            self._configure()
            self._sleep(2 * self._conversion.period_ns / SECOND_NS)
            self._tell_errors(GAIN_LIMIT, self._chip.voltage())
            self._configure()  # the first reading's conversion begins now
        except ImportError as error:
            raise library_fault(error) from error
        except OSError as error:
            self._chip = None
            if error.errno != errno.EBUSY:
                raise bus_fault(error, self._settings) from error
            self._read_through_kernel(error)
        self._last = (Missing("the first conversion has not ended"),) * 3

    def _refuse_others(self) -> None:
        """An INA226 and its kin have the same address, and other registers, which would be taken for amperes."""
        for maker, kind in ((MAKER, MAKER + 1), (0x3E, 0x3F)):
            chip = self._chip._i2c
            if chip.readU16BE(maker) == TEXAS:
                name = OTHERS.get(chip.readU16BE(kind) & 0xFFF0, "another chip of its kind")
                self._chip = None
                raise other_chip_fault(name, self._settings)

    def _tell_errors(self, gain_limit: float, volts: float) -> None:
        """How far watts may be off, by the data sheet, the shunt, and the voltage of this supply."""
        settings, step_v = self._settings, self._conversion.bus_step_v
        watts, *others = self.channels
        gain = gain_error(settings.shunt_tolerance, gain_limit, step_v, volts)
        offset = offset_error_w(settings.shunt_ohms, volts)
        self.channels = (dataclasses.replace(watts, gain_error=gain, offset_error=offset), *others)

    def _read_through_kernel(self, busy: OSError) -> None:
        """A driver of the kernel holds the chip: it reads it for us."""
        try:
            self._kernel.open()
        except ProbeError as error:
            raise (error if self._kernel.chip else bus_fault(busy, self._settings)) from busy
        self._is_kernels, self.rate_hz = True, self._kernel.rate_hz
        source = self._kernel.channels[0].source
        self.channels = tuple(dataclasses.replace(channel, source=source) for channel in self.channels)
        volts = self._kernel.read()[1]
        if self._kernel.chip in GAIN_LIMITS and isinstance(volts, Reading):
            self._tell_errors(GAIN_LIMITS[self._kernel.chip], volts.value)

    def _connect(self) -> None:
        from ina219 import INA219, DeviceRangeError

        bus_class, number = self._bus_class, 0
        if self._settings.bus == "simulated":
            from edgetop.probes.simulated import simulated_bus

            bus = simulated_bus(self._settings)
            bus_class = bus_class or (lambda _number: bus)
        else:
            number = int(self._settings.bus or 1)
        with _bus_in_place(bus_class):
            self._chip = INA219(self._settings.shunt_ohms, busnum=number, address=self._settings.address)
        self._range_error = DeviceRangeError

    def _configure(self) -> None:
        chip = self._chip
        shunt = {8: chip.ADC_8SAMP, 16: chip.ADC_16SAMP, 32: chip.ADC_32SAMP}[self._conversion.samples]
        bus = {9: chip.ADC_9BIT, 12: chip.ADC_12BIT}[self._conversion.bus_bits]
        chip.configure(chip.RANGE_32V, chip.GAIN_8_320MV, bus_adc=bus, shunt_adc=shunt)
        self._end_ns = self._clock_ns()  # a new configuration begins a new conversion

    def read(self) -> tuple[Value, ...]:
        """The conversion that ended last, or ends soon; the last values again when there is none."""
        if self._is_kernels:
            return self._kernel.read()
        if self._chip is None:
            raise ProbeError("the power meter is not open", "Open it first")
        try:
            if self._wait_for_conversion():
                self._last = self._take(self._end_ns - self._period_ns // 2)
            elif self._clock_ns() - self._end_ns > _STALE_NS:
                raise ProbeError("the power meter has stopped converting", "Another program may have put it to sleep")
        except OSError as error:
            raise bus_fault(error, self._settings) from error
        return self._last

    def _wait_for_conversion(self) -> bool:
        """Wait until a conversion has ended, at most one more period; ``_end_ns`` is then its end.

        The end is seen where a look finds the flag out and the next finds it lit. Where the first look finds it
        lit, the end is reckoned from the one before, by whole periods.
        """
        now, period_ns = self._clock_ns(), self._conversion.period_ns
        poll_ns = period_ns // _POLLS
        periods = max(1, (now - self._end_ns) // self._period_ns)
        expected_ns = self._end_ns + periods * self._period_ns
        early_ns = expected_ns - now
        if early_ns > 0:
            self._sleep(early_ns / SECOND_NS)
        if self._chip.is_conversion_ready():
            self._end_ns = min(expected_ns, self._clock_ns())
            if early_ns > 0:
                self._period_ns = max(period_ns * 7 // 8, self._period_ns - int(period_ns * _SHORTER))
            return True
        while self._clock_ns() < expected_ns + period_ns:
            self._sleep(poll_ns / SECOND_NS)
            if self._chip.is_conversion_ready():
                self._end_ns = self._clock_ns() - poll_ns // 2
                self._period_ns = min(period_ns * 9 // 8, self._period_ns + int(period_ns * _LONGER))
                return True
        return False

    def _take(self, t_ns: int) -> tuple[Value, ...]:
        chip, ohms = self._chip, self._settings.shunt_ohms
        volts = chip.voltage()
        voltage: Value = Reading(t_ns, volts)
        if volts >= BUS_LIMIT_V:
            voltage = Missing(f"more than {BUS_LIMIT_V:g} V", "The meter takes supplies of up to 26 V")
        try:
            amps = chip.current() / 1000
            chip.power()  # not used: reading it makes the conversion ready flag go out
            lost = amps == 0 and volts > 0 and chip.shunt_voltage() != 0
        except self._range_error:
            over = Missing(f"more than {SHUNT_LIMIT_V / ohms:.3g} A", f"Use a shunt of less than {ohms:g} ohm")
            return over, voltage, over
        if lost:  # after a dip of its supply the chip gives 0 A, and no error
            self._configure()
            dip = Missing("the power meter had lost its calibration", "Its supply dipped: check the cable")
            return dip, voltage, dip
        power = Reading(t_ns, volts * amps) if isinstance(voltage, Reading) else voltage
        return power, voltage, Reading(t_ns, amps)

    def close(self) -> None:
        """Let go of the chip and its bus, which closes when nothing holds it any more."""
        self._chip = None
        self._kernel.close()
