"""Temperature of Coral accelerators on PCIe, as their driver has it. The USB stick tells none."""

from __future__ import annotations

import glob
import os
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.sysfs import NumberFiles
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/sys/class/apex"


def _channel(chip: str) -> Channel:
    return Channel(f"heat.{chip}", "°C", chip, 0.001, source=SOURCE)


class ApexProbe:
    """Degrees Celsius of each Edge TPU on PCIe."""

    name = "apex"
    title = "Coral temperature"
    rate_hz = 1.0

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels: tuple[Channel, ...] = (_channel("apex_0"),)
        self._root = root
        self._clock_ns = clock_ns
        self._chips: tuple[str, ...] = ()
        self._files: Optional[NumberFiles] = None

    def open(self) -> None:
        """Find the chips; raises ProbeError where there is none, or none that tells its temperature."""
        folders = sorted(glob.glob(os.path.join(self._root, SOURCE[1:], "apex_*")))
        if not folders:
            raise ProbeError("there is no Coral accelerator on PCIe", "Only those on PCIe tell their temperature")
        if not any(os.path.exists(os.path.join(folder, "temp")) for folder in folders):
            raise ProbeError("the Coral accelerator's driver tells no temperature", "Update its gasket driver")
        if not self._chips:
            self._chips = tuple(map(os.path.basename, folders))
            self.channels = tuple(map(_channel, self._chips))
        paths = tuple(os.path.join(self._root, SOURCE[1:], chip, "temp") for chip in self._chips)
        self._files = NumberFiles(paths, self._clock_ns)

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Each chip's temperature; raises ProbeError when all are gone."""
        if self._files is None:
            raise ProbeError("the Coral temperature probe is not open", "Open it first")
        return tuple(map(_plausible, self._files.read(0.001)))

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            self._files.close()
            self._files = None


def _plausible(value: Union[Reading, Missing]) -> Union[Reading, Missing]:
    # The driver gives a negative number while the chip sleeps or its sensor has failed.
    if isinstance(value, Reading) and value.value < 0:
        return Missing(f"the driver gives {value.value:.0f} °C: the chip sleeps, or its sensor has failed")
    return value
