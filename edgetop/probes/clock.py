"""The clock that each group of cores is asked to run at, and the governor that asks.

The kernel tells the clock it requested. A firmware that throttles on its own (Raspberry Pi) does not show here.
"""

from __future__ import annotations

import glob
import os
import re
from typing import Callable, Optional, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes.keptfile import read_text
from edgetop.probes.sysfs import NumberFiles
from edgetop.readings import Channel, Missing, Reading

SOURCE = "/sys/devices/system/cpu/cpufreq"
GOVERNOR_READINGS = 10
"""Once in so many readings the governor is looked at again."""


def _text(folder: str, name: str) -> str:
    try:
        return read_text(os.path.join(folder, name))
    except OSError:
        return ""


def _channel(number: str, folder: str = "") -> Channel:
    cores = ", ".join(_text(folder, "related_cpus").split()) or number
    governor = _text(folder, "scaling_governor")
    source = f"{SOURCE}: requested clock" + (f", governor {governor}" if governor else "")
    return Channel(f"clock.{number}", "Hz", f"clock of core {cores}", 1000.0, source=source)


class ClockProbe:
    """Requested clock in hertz of each cpufreq policy, which is a group of cores with one clock."""

    name = "clock"
    title = "CPU clock"
    rate_hz = 1.0

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels: tuple[Channel, ...] = (Channel("clock.cpu", "Hz", "CPU clock", 1000.0, source=SOURCE),)
        self._root = root
        self._clock_ns = clock_ns
        self._folders: dict[str, str] = {}
        self._files: Optional[NumberFiles] = None
        self._governors: dict[str, str] = {}
        self._readings = 0

    def open(self) -> None:
        """Find the policies; raises ProbeError where there is none."""
        pattern = os.path.join(self._root, SOURCE[1:], "policy*")
        folders = {re.sub(r"\D", "", os.path.basename(folder)): folder for folder in glob.glob(pattern)}
        if not folders:
            raise ProbeError("this machine does not tell its CPU clock", f"Virtual machines have no policy in {SOURCE}")
        if not self._folders:
            self._folders = {number: folders[number] for number in sorted(folders, key=lambda text: int(text or 0))}
            self.channels = tuple(_channel(number, folder) for number, folder in self._folders.items())
            self._governors = {number: _text(folder, "scaling_governor") for number, folder in self._folders.items()}
        paths = tuple(os.path.join(folder, "scaling_cur_freq") for folder in self._folders.values())
        self._files = NumberFiles(paths, self._clock_ns)

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Each policy's clock; raises ProbeError when cpufreq is gone.

        Where its governor was changed, one reading is missing for that reason, so that the session tells it.
        """
        if self._files is None:
            raise ProbeError("the clock probe is not open", "Open it first")
        values = self._files.read(1000.0)
        self._readings += 1
        if self._readings % GOVERNOR_READINGS:
            return values
        return tuple(value if told is None else told for told, value in zip(map(self._changed, self._folders), values))

    def _changed(self, number: str) -> Optional[Missing]:
        before, now = self._governors[number], _text(self._folders[number], "scaling_governor")
        if not now or now == before:
            return None
        self._governors[number] = now
        return Missing(f"the governor was changed from {before or 'none'} to {now}")

    def close(self) -> None:
        """Let go of the policies."""
        if self._files is not None:
            self._files.close()
            self._files = None
