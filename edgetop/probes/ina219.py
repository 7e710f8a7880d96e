"""The board's power by an INA219 in its supply, through the ``ina219`` library, or through the kernel that holds it.

The chip converts without pause, averaged shunt samples and one bus voltage; each reading is one conversion, stamped at
its middle. The library sets the chip up and judges what is odd about its values; for two registers a reading, which is
all that is read most times, its bus is asked directly, as the library asks twice as often as there is need. What a
waking costs is mostly the memory that it touches anew, so that the loop between two sleeps does next to nothing, and
what it has collected is made readings of some at a time.

Gain and range are fixed: the library's automatic gain climbs too far when the chip averages, never comes down, and
sleeps in the middle of a run; a range of 32 V has the same steps as one of 16. Power is V * I, finer than the chip's
own.

Several chips on one bus need no lock: each has a file of the bus to itself, with its address in it, and the kernel
does a register's pointer and its two bytes as one transfer.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219_conversion import CONVERSIONS, conversion
from edgetop.probes.ina219_errors import LIMITS, watts_errors
from edgetop.probes.ina219_faults import bus_fault, driver_fault, library_fault, other_chip_fault, settings_fault
from edgetop.probes.ina219_pace import Pace
from edgetop.probes.ina219_registers import BUS, CONVERTED, CURRENT, FLAGS, OVERFLOW, POWER, steps, volts
from edgetop.probes.kernel_ina2xx import KernelMeter, Value, kernel_meter
from edgetop.readings import BOARD, PART, Channel, Missing, Reading

SHUNT_LIMIT_V = LIMITS["ina219"].shunt_v
BUS_LIMIT_V = 32.0
USUAL_V = 5.0
"""What boards are fed with: for the meter's errors while it is not there to be asked, or not fed."""
ASLEEP = Missing(
    "the power meter was asleep, and its values of up to half a second before are old",
    "Another program may have put it to sleep",
)
TEXAS_INSTRUMENTS = 0x5449
# Registers that an INA219 has not: others of its kind tell there their maker and themselves.
_IDENTITIES = ((0xFE, 0xFF), (0x3E, 0x3F))
_OTHERS = {0x226: "INA226", 0x227: "INA260", 0x322: "INA3221", 0x228: "INA228", 0x238: "INA238"}

_constructing = threading.Lock()

Words = tuple[int, int, int]
"""The middle of a conversion, and what the registers of bus voltage and of current gave as words of the bus."""


def _nothing() -> int:
    """Reads no register: the chip is not open."""
    return 0


@contextmanager
def _bus_in_place(bus_class: Optional[Callable[[int], Any]]) -> Iterator[None]:
    """Lets the library find ``bus_class``, if any; under a lock, so that no other meter of this process gets it."""
    from Adafruit_PureIO import smbus

    with _constructing:
        real = smbus.SMBus
        smbus.SMBus = bus_class or real
        try:
            yield
        finally:
            smbus.SMBus = real


class Ina219Probe:
    """Watts, volts and amperes behind the meter's shunt.

    ``read`` and ``gather`` wait for conversions to end, so that the chip sets the pace. ``bus_class`` takes the place
    of the library's bus, called with the bus number; ``simulated`` brings its own. Below ``root`` is the kernel's /sys.
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
        self._settings = settings
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._bus_class = bus_class
        self._root = root
        self._conversion = conversion(settings.rate_hz) or CONVERSIONS[1]
        self.rate_hz = self._conversion.rate_hz
        self.waits = True
        """Not where the kernel holds the chip."""
        self._pace = Pace(self._conversion.period_ns, clock_ns, sleep)
        self._chip: Any = None
        self._bus_word = 0
        self._read_bus: Callable[[], int] = _nothing
        self._read_current = self._read_power = self._read_bus
        self._kernel: Optional[KernelMeter] = None
        self._range_error: type[Exception] = Exception
        self._asleep = False
        self._was_open = False
        where = f"{settings.address:#04x} on bus {settings.bus or 1}"
        self.channels = self._describe(f"INA219 at {where}, {settings.shunt_ohms:g} ohm", USUAL_V)

    def _describe(self, source: str, supply_v: float, chip: str = "ina219") -> tuple[Channel, ...]:
        settings = self._settings
        rail, covers = settings.name, BOARD if settings.name == "board" else PART
        of_setup = (settings.shunt_ohms, settings.shunt_tolerance, self._conversion.bus_step_v)
        usable = chip in LIMITS and settings_fault(settings) is None
        gain, offset_w = watts_errors(LIMITS[chip], supply_v, *of_setup) if usable else (0.0, 0.0)
        if settings.bus == "simulated":
            from edgetop.probes.simulated import CORE_W, IDLE_W

            source = f"simulated INA219 (no hardware): {IDLE_W} W, and {CORE_W} W a busy core"
        watts = Channel(f"power.{rail}.w", "W", f"{rail} power", 1e-6, source=source, charted=True, covers=covers)
        seen, conversion_s = self._how_seen()
        errors = dataclasses.replace(watts, gain_error=gain, offset_error=offset_w)
        return (
            dataclasses.replace(errors, seen=seen, conversion_s=conversion_s),
            Channel(f"power.{rail}.v", "V", f"{rail} voltage", 1e-3, source=source, covers=covers),
            Channel(f"power.{rail}.a", "A", f"{rail} current", 1e-6, source=source, covers=covers),
        )

    def _how_seen(self) -> tuple[float, float]:
        """The share of the time that readings see, and how long one of them is made."""
        if self._kernel is not None:
            return self._kernel.seen(self.rate_hz), self._kernel.conversion_s
        return self._conversion.seen, 1 / self._conversion.rate_hz

    # ---- open

    def open(self) -> None:
        """Find and set up the chip; raises ProbeError with what to do."""
        fault = settings_fault(self._settings)
        if fault is not None:
            raise fault
        if self._settings.bus != "simulated":
            self._kernel = kernel_meter(self._settings, self._root, self._clock_ns)
        self.waits = self._kernel is None
        supply_v = self._open_kernel(self._kernel) if self._kernel is not None else self._open_chip()
        if not self._was_open:  # what a recording says of a channel at its start holds to its end
            self._was_open = True
            self.channels = self._now_known(supply_v if supply_v >= 1 else USUAL_V)

    def _now_known(self, supply_v: float) -> tuple[Channel, ...]:
        if self._kernel is None:
            return self._describe(self.channels[0].source, supply_v)
        where = f"{self._settings.address:#04x} on bus {self._settings.bus or 1}"
        source = f"{self._kernel.chip.upper()} at {where} {self._kernel.describe(self.rate_hz)}"
        return self._describe(source, supply_v, self._kernel.chip)

    def _open_kernel(self, kernel: KernelMeter) -> float:
        _, volts, _ = self._read_kernel(kernel)
        return volts.value if isinstance(volts, Reading) else 0.0

    def _open_chip(self) -> float:
        """The supply's voltage, of a chip that is set up for it."""
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(logging.NullHandler())  # else the library would log to stderr, into the screen
        try:
            self._connect()
            self._refuse_others()
            self._configure()
            self._sleep(2e-9 * self._conversion.period_ns)
            supply_v = float(self._chip.voltage())
            self._configure()  # the first reading's conversion begins now
        except ImportError as error:
            raise library_fault(error) from error
        except (OSError, ProbeError) as error:
            self._chip = None
            raise bus_fault(error, self._settings, self._root) if isinstance(error, OSError) else error from error
        return supply_v

    def _connect(self) -> None:
        from ina219 import INA219, DeviceRangeError

        from edgetop.probes.ina219_bus import word_reader

        bus_class, number, address = self._bus_class, 0, self._settings.address
        if self._settings.bus == "simulated":
            from edgetop.probes.simulated import simulated_bus

            bus = simulated_bus(self._settings)
            bus_class = bus_class or (lambda _number: bus)
        else:
            number = int(self._settings.bus or 1)
        with _bus_in_place(bus_class):
            self._chip = INA219(self._settings.shunt_ohms, busnum=number, address=address)
        readers = (word_reader(self._chip._i2c._bus, address, register) for register in (BUS, CURRENT, POWER))
        self._read_bus, self._read_current, self._read_power = readers
        self._range_error = DeviceRangeError

    def _refuse_others(self) -> None:
        """An INA226 and its kin have the same addresses, and other registers, which would be taken for amperes."""
        bus = self._chip._i2c
        for maker, kind in _IDENTITIES:
            if bus.readU16BE(maker) == TEXAS_INSTRUMENTS:
                raise other_chip_fault(
                    _OTHERS.get(bus.readU16BE(kind) >> 4, "another chip of its kind"), self._settings
                )

    def _configure(self) -> None:
        chip, setting = self._chip, self._conversion
        bus, shunt = getattr(chip, f"ADC_{setting.bus_bits}BIT"), getattr(chip, f"ADC_{setting.samples}SAMP")
        chip.configure(chip.RANGE_32V, chip.GAIN_8_320MV, bus_adc=bus, shunt_adc=shunt)
        self._pace.restart()

    # ---- read

    def read(self) -> tuple[Value, ...]:
        """The conversion that ended last, or ends soon."""
        if self._kernel is not None:
            return self._read_kernel(self._kernel)
        gathered: list[tuple[Value, ...]] = []
        while not gathered:
            gathered = self.gather(0)
        return gathered[0]

    def gather(self, until_ns: int) -> list[tuple[Value, ...]]:
        """The next conversions, as ``read`` gives them, up to the first that ends after then, or is odd; maybe none."""
        if self._chip is None:
            raise ProbeError("the power meter is not open", "Open it first")
        try:
            found = self._sought() if self._pace.seeks else self._skipped(until_ns)
            if found is None:
                return [self._wake()]
            return [self._judged(*words) for words in found]
        except OSError as error:
            raise bus_fault(error, self._settings, self._root) from error

    def _sought(self) -> Optional[list[Words]]:
        """A conversion whose end is looked for; None where none ends."""
        t_ns = self._pace.seek(self._is_ready)
        if t_ns is None:
            return None
        self._asleep = False
        words = t_ns, self._bus_word, self._read_current()
        self._put_out_flag()
        return [words]

    def _skipped(self, until_ns: int) -> list[Words]:
        """Conversions whose ends are reckoned: this is all that is done a hundred times a second."""
        skip, read_bus, read_current = self._pace.skip, self._read_bus, self._read_current
        found: list[Words] = []
        while True:
            t_ns, bus, current = skip(), read_bus(), read_current()
            found.append((t_ns, bus, current))
            if bus & FLAGS != CONVERTED or not current or t_ns >= until_ns or self._pace.seeks:
                break
        if not bus & CONVERTED:  # another has set the chip up
            self._pace.seeks = True
            return found[:-1]
        self._put_out_flag()
        return found

    def _put_out_flag(self) -> None:
        if self._pace.seeks:
            self._read_power()  # its value is not used

    def _read_kernel(self, kernel: KernelMeter) -> tuple[Value, ...]:
        try:
            return kernel.read()
        except (OSError, ValueError) as error:
            raise driver_fault(error, self._settings) from error

    def _wake(self) -> tuple[Value, ...]:
        """Set a chip up anew that has not converted, whose registers are old; raises ProbeError the second time."""
        if self._asleep:
            raise ProbeError("the power meter has stopped converting", "Another program keeps putting it to sleep")
        self._asleep = True
        return self._set_up_anew(ASLEEP)

    def _set_up_anew(self, reason: Missing) -> tuple[Value, ...]:
        self._configure()
        return (reason,) * 3

    def _too_much(self, voltage: Value) -> tuple[Value, ...]:
        ohms = self._settings.shunt_ohms
        over = Missing(f"more than {SHUNT_LIMIT_V / ohms:.3g} A", f"Use a shunt of less than {ohms:g} ohm")
        return over, voltage, over

    def _is_ready(self) -> bool:
        """Whether a conversion has ended; the flag is in the register of the bus voltage."""
        self._bus_word = self._read_bus()
        return self._bus_word & CONVERTED != 0

    def _judged(self, t_ns: int, bus_word: int, current_word: int) -> tuple[Value, ...]:
        """What a conversion says; the chip is set up anew where it has lost its calibration."""
        supply_v = volts(bus_word)
        voltage: Value = Reading(t_ns, supply_v)
        if supply_v >= BUS_LIMIT_V:
            voltage = Missing(f"more than {BUS_LIMIT_V:g} V", "The meter takes supplies of up to 26 V")
        if bus_word & OVERFLOW:
            return self._too_much(voltage)
        amps = steps(current_word) * self._chip._current_lsb
        if amps == 0:
            try:
                # After a dip of its supply the chip gives 0 A, and no error. The current is looked at twice, for a load
                # may have come on between it and the shunt's voltage.
                lost = self._chip.shunt_voltage() != 0 and self._chip.current() == 0
            except self._range_error:
                return self._too_much(voltage)
            if lost:
                lack = "the power meter had lost its calibration"
                return self._set_up_anew(Missing(lack, "Its supply dipped: check the cable"))
        power = Reading(t_ns, supply_v * amps) if isinstance(voltage, Reading) else voltage
        return power, voltage, Reading(t_ns, amps)

    def close(self) -> None:
        """Let go of the chip and its bus, which closes when nothing holds it any more."""
        self._chip = None
        self._read_bus = self._read_current = self._read_power = _nothing
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None
