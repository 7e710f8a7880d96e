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
_OWN_SHUNT = ("ina260",)
_SINGLE_S = 532e-6  # of one sample of the shunt, which is what the kernel sets an INA219 to
_HWMON = ("in1", "curr1", "shunt_resistor")
_IIO = ("in_voltage1", "in_current3", "in_shunt_resistor")


class KernelMeter:
    """The chip of one folder of hwmon or IIO; raises OSError where its files are not there."""

    def __init__(self, folder: str, chip: str, shunt_ohms: float, clock_ns: Callable[[], int]) -> None:
        self.chip = chip
        self._shunt_ohms = shunt_ohms
        self._clock_ns = clock_ns
        is_iio = os.path.basename(folder).startswith("iio:")
        volts, amps, shunt = _IIO if is_iio else _HWMON
        suffix = "raw" if is_iio else "input"
        self._volts = KeptFile(f"{folder}/{volts}_{suffix}", 32)
        self._amps = KeptFile(f"{folder}/{amps}_{suffix}", 32)
        # Both give thousandths, IIO after its scale.
        self._volt_scale = 1e-3 * (float(read_text(f"{folder}/{volts}_scale")) if is_iio else 1.0)
        self._amp_scale = 1e-3 * (float(read_text(f"{folder}/{amps}_scale")) if is_iio else 1.0)
        self._shunt_path = f"{folder}/{shunt}"
        has_setting = os.path.exists(self._shunt_path) and chip not in _OWN_SHUNT
        self._shunt = KeptFile(self._shunt_path, 32) if has_setting else None
        self._limit_v = LIMITS[chip].shunt_v if chip in LIMITS else math.inf

    def read(self) -> tuple[Value, ...]:
        """Watts, volts and amperes of the chip's last conversion; raises OSError when it is gone."""
        volts = int(self._volts.read()) * self._volt_scale
        # The setting is looked up each time, for it may be mended at any moment.
        amps = int(self._amps.read()) * self._amp_scale * self._kernel_ohms() / self._shunt_ohms
        t_ns = self._clock_ns()
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

    def describe(self, rate_hz: float) -> str:
        """How it is read, so many times a second, and what its shunt is taken for."""
        how = "through the kernel"
        if self.chip in ("ina219", "ina220"):
            how = f"{how}, sees {100 * _SINGLE_S * rate_hz:.0f} % of the time"
        if self.chip in _OWN_SHUNT:
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
