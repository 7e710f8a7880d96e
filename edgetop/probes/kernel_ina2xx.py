"""A power meter that a driver of the kernel holds, read through hwmon or IIO: INA219, INA226, INA228, INA260.

The kernel has the current from the shunt's voltage and a resistance that it was told, ten times too small for most
boards (0.01 ohm) where nobody told it. What it gives is scaled by that resistance over the true one, which is exact.
"""

from __future__ import annotations

import glob
import math
import os
from typing import Callable, Optional, Union

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219_errors import LIMITS
from edgetop.probes.keptfile import KeptFile, read_text
from edgetop.readings import Missing, Reading

Value = Union[Reading, Missing]

_HIGHEST_OHMS = 100.0
_CLAMPED = 0.9995  # the kernel rounds to a milliampere, and does not tell where the chip's range ends
# Of a round of conversions, the part in which the chip looks at the shunt; the rest goes to volts, and degrees.
_SHUNT_PART = {"ina219": 1 / 2, "ina220": 1 / 2, "ina226": 1 / 2, "ina260": 1 / 2, "ina228": 1 / 3}
# How long a round is as the drivers set chips up: hwmon and IIO an INA219 to single samples, hwmon all others to 16.
_HWMON_ROUNDS_S = {
    "ina219": 1.064e-3,
    "ina220": 1.064e-3,
    "ina226": 35.2e-3,
    "ina260": 35.2e-3,
    "ina228": 50.5e-3,
}
_IIO_ROUNDS_S = {"ina219": 1.064e-3, "ina220": 1.064e-3, "ina226": 8.88e-3}
_HWMON = ("in1", "curr1", "shunt_resistor")
_IIO = ("in_voltage1", "in_current3", "in_shunt_resistor")


class KernelMeter:
    """The chip of one folder of hwmon or IIO; raises OSError where its files are not there."""

    def __init__(self, folder: str, chip: str, shunt_ohms: float, clock_ns: Callable[[], int]) -> None:
        self.chip = chip
        limits = LIMITS.get(chip)
        self._shunt_ohms = limits.own_shunt_ohms or shunt_ohms if limits else shunt_ohms
        self._clock_ns = clock_ns
        is_iio = os.path.basename(folder).startswith("iio:")
        volts, amps, shunt = _IIO if is_iio else _HWMON
        suffix = "raw" if is_iio else "input"
        self._volts = KeptFile(f"{folder}/{volts}_{suffix}", 32)
        self._amps = KeptFile(f"{folder}/{amps}_{suffix}", 32)
        # Both give thousandths, IIO after its scale.
        self._volt_scale = 1e-3 * (float(read_text(f"{folder}/{volts}_scale")) if is_iio else 1.0)
        self._amp_scale = 1e-3 * (float(read_text(f"{folder}/{amps}_scale")) if is_iio else 1.0)
        self.conversion_s = _round_s(folder, chip, is_iio)
        """How long a round of the chip's conversions is; 0 where that is not known."""
        self._shunt_path = f"{folder}/{shunt}"
        self._own_shunt = bool(limits and limits.own_shunt_ohms)
        has_setting = os.path.exists(self._shunt_path) and not self._own_shunt
        self._shunt = KeptFile(self._shunt_path, 32) if has_setting else None
        self._limit_v = limits.shunt_v if limits else math.inf

    def read(self) -> tuple[Value, ...]:
        """Watts, volts and amperes of the chip's last conversion; raises OSError when it is gone."""
        volts = int(self._volts.read()) * self._volt_scale
        # The setting is looked up each time, for it may be mended at any moment.
        amps = int(self._amps.read()) * self._amp_scale * self._kernel_ohms() / self._shunt_ohms
        # It is of the round before this one, of which half may have passed: its middle is one round ago.
        t_ns = self._clock_ns() - round(1e9 * self.conversion_s)
        voltage = Reading(t_ns, volts)
        if abs(amps) * self._shunt_ohms >= self._limit_v * _CLAMPED:
            most_a = self._limit_v / self._shunt_ohms
            over = Missing(f"more than {most_a:.3g} A", f"Use a shunt of less than {self._shunt_ohms:g} ohm")
            return over, voltage, over
        return Reading(t_ns, volts * amps), voltage, Reading(t_ns, amps)

    def _kernel_ohms(self) -> float:
        """What the kernel takes the shunt for; ours where that cannot be known."""
        if self._shunt is None:
            return self._shunt_ohms
        number = float(self._shunt.read())
        # Micro-ohm in hwmon and in IIO's first kernels, ohm in IIO's later ones.
        return number / 1e6 if number > _HIGHEST_OHMS else number

    def seen(self, rate_hz: float) -> float:
        """The share of the time that it sees when it is read so often; 0 where that is not known."""
        part_s = self.conversion_s * _SHUNT_PART.get(self.chip, 0.0)
        return part_s * min(rate_hz, 1 / self.conversion_s) if part_s else 0.0

    def describe(self, rate_hz: float) -> str:
        """How it is read, so many times a second, and what its shunt is taken for."""
        how = "through the kernel"
        if seen := self.seen(rate_hz):
            how = f"{how}, sees {100 * seen:.0f} % of the time"
        if self._own_shunt:
            return f"{how}, by its own shunt"
        if self._shunt is None:
            return f"{how}, whose shunt setting cannot be seen"
        ohms = self._kernel_ohms()
        if abs(ohms / self._shunt_ohms - 1) < 1e-3:
            return f"{how}, {ohms:g} ohm"
        unit = 1e6 if float(self._shunt.read()) > _HIGHEST_OHMS else 1.0
        mend = f"echo {self._shunt_ohms * unit:g} | sudo tee {self._shunt_path}"
        return f"{how}, which takes its {self._shunt_ohms:g} ohm for {ohms:g}: scaled; to mend it: {mend}"

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._volts, self._amps, self._shunt):
            if file is not None:
                file.close()


def _round_s(folder: str, chip: str, is_iio: bool) -> float:
    """As the driver tells, or else sets it: hwmon in milliseconds, IIO as rounds a second."""
    try:
        if is_iio:
            return 1 / float(read_text(f"{folder}/in_sampling_frequency"))
        return float(read_text(f"{folder}/update_interval")) / 1e3
    except (OSError, ValueError, ZeroDivisionError):
        return (_IIO_ROUNDS_S if is_iio else _HWMON_ROUNDS_S).get(chip, 0.0)


def kernel_meter(settings: Ina219Settings, root: str, clock_ns: Callable[[], int]) -> Optional[KernelMeter]:
    """The meter at the address of the settings, where a driver of the kernel gives its volts and amperes.

    Raises ProbeError where it has the files and they cannot be read.
    """
    device = f"{root.rstrip('/')}/sys/bus/i2c/devices/{settings.bus or 1}-{settings.address:04x}"
    for folder in (*glob.glob(f"{device}/hwmon/hwmon*"), *glob.glob(f"{device}/iio:device*")):
        try:
            return KernelMeter(folder, read_text(f"{device}/name"), settings.shunt_ohms, clock_ns)
        except (OSError, ValueError) as error:
            raise ProbeError(f"{folder} of the power meter cannot be read: {error}", "Unbind its driver") from error
    return None
