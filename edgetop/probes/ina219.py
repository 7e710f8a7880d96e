"""The board's power by an INA219 in its supply, through the ``ina219`` library.

The chip converts without pause, 16 averaged shunt samples and one bus voltage in 9.04 ms; each reading is one
conversion, stamped at its middle. Gain and range are fixed: the library's automatic gain climbs too far when the
chip averages, never comes down, and sleeps in the middle of a run. Power is V * I, finer than the chip's own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional, Union

from edgetop.clock import SECOND_NS, now_ns
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219_faults import bus_fault, library_fault, settings_fault
from edgetop.readings import BOARD, PART, Channel, Missing, Reading

SHUNT_LIMIT_V = 0.32
BUS_LIMIT_V = 16.0
CONVERSION_NS = 16 * 532_000 + 532_000

_POLL_NS = 500_000  # between two looks
# By which the reckoned period follows the chip's clock, which may be off by a tenth: shorter while the first look
# finds a conversion ended, longer when it finds it going on, so that one look is enough most times.
_SHORTER_NS, _LONGER_NS = 20_000, 80_000
_SHORTEST_NS, _LONGEST_NS = CONVERSION_NS * 7 // 8, CONVERSION_NS * 9 // 8
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

    ``read`` waits for a conversion to end, so that the chip sets the pace of 111 Hz; ``rate_hz`` is a little more
    than the fastest chip. ``bus_class`` takes the place of the library's bus, called with the bus number;
    ``simulated`` brings its own.
    """

    name = "ina219"
    title = "power meter"
    rate_hz = 125.0

    def __init__(
        self,
        settings: Ina219Settings,
        clock_ns: Callable[[], int] = now_ns,
        sleep: Callable[[float], None] = time.sleep,
        bus_class: Optional[Callable[[int], Any]] = None,
    ) -> None:
        source, rail = _source(settings), settings.name
        covers = BOARD if rail == "board" else PART
        self.channels = (
            Channel(f"power.{rail}.w", "W", f"{rail} power", 1e-6, source=source, charted=True, covers=covers),
            Channel(f"power.{rail}.v", "V", f"{rail} voltage", 1e-3, source=source, covers=covers),
            Channel(f"power.{rail}.a", "A", f"{rail} current", 1e-6, source=source, covers=covers),
        )
        self._settings = settings
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._bus_class = bus_class
        self._chip: Any = None
        self._range_error: type[Exception] = Exception
        self._end_ns = 0
        self._period_ns = CONVERSION_NS
        self._last: tuple[Value, ...] = ()

    def open(self) -> None:
        """Find and set up the chip; raises ProbeError with what to do."""
        fault = settings_fault(self._settings)
        if fault is not None:
            raise fault
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(logging.NullHandler())  # else the library would log to stderr, into the screen
        try:
            self._connect()
            self._configure()
        except ImportError as error:
            raise library_fault(error) from error
        except OSError as error:
            self._chip = None
            raise bus_fault(error, self._settings) from error
        self._last = (Missing("the first conversion has not ended"),) * 3

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
        chip.configure(chip.RANGE_16V, chip.GAIN_8_320MV, bus_adc=chip.ADC_12BIT, shunt_adc=chip.ADC_16SAMP)
        self._end_ns = self._clock_ns()  # a new configuration begins a new conversion

    def read(self) -> tuple[Value, ...]:
        """The conversion that ended last, or ends soon; the last values again when there is none."""
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
        now = self._clock_ns()
        periods = max(1, (now - self._end_ns) // self._period_ns)
        expected_ns = self._end_ns + periods * self._period_ns
        early_ns = expected_ns - now
        if early_ns > 0:
            self._sleep(early_ns / SECOND_NS)
        if self._chip.is_conversion_ready():
            self._end_ns = min(expected_ns, self._clock_ns())
            if early_ns > 0:
                self._period_ns = max(_SHORTEST_NS, self._period_ns - _SHORTER_NS)
            return True
        while self._clock_ns() < expected_ns + CONVERSION_NS:
            self._sleep(_POLL_NS / SECOND_NS)
            if self._chip.is_conversion_ready():
                self._end_ns = self._clock_ns() - _POLL_NS // 2
                self._period_ns = min(_LONGEST_NS, self._period_ns + _LONGER_NS)
                return True
        return False

    def _take(self, t_ns: int) -> tuple[Value, ...]:
        chip, ohms = self._chip, self._settings.shunt_ohms
        volts = chip.voltage()
        voltage: Value = Reading(t_ns, volts)
        if volts >= BUS_LIMIT_V:
            voltage = Missing(f"more than {BUS_LIMIT_V:g} V", "The meter is set up for supplies of up to 16 V")
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
