"""The places where a machine tells that it is held back, as bits in the way of a Raspberry Pi's firmware."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from typing import Callable, Optional, Protocol

from edgetop.errors import ProbeError
from edgetop.probes.keptfile import read_text
from edgetop.probes.sysfs import NumberFiles
from edgetop.readings import Missing, Reading

UNDER_VOLTAGE, CAPPED, THROTTLED, SOFT_LIMIT = 1, 2, 4, 8
ALL_BITS = UNDER_VOLTAGE | CAPPED | THROTTLED | SOFT_LIMIT
SINCE_BOOT = 16
"""By so many places the firmware shifts the bits which tell what there was since the board started."""

_CPU_COOLING = re.compile(r"(thermal-)?cpu|processor$", re.IGNORECASE)


class Sign(Protocol):
    """One place to look at."""

    source: str

    def bits(self) -> int:
        """What holds the machine back now, or did since the last look; raises ProbeError when the place is gone."""

    def close(self) -> None:
        """Let go of it; it may be looked at again."""


def parse_throttled(answer: str) -> int:
    """The bits of ``throttled=0x50005``; raises ProbeError."""
    try:
        return int(answer.strip().partition("=")[2], 16)
    except ValueError:
        raise ProbeError(f"vcgencmd get_throttled answers {answer[:40]!r}", "Update the firmware") from None


class Firmware:
    """A Raspberry Pi's own word. What it remembers and did not at the last look has been between the two."""

    source = "vcgencmd get_throttled"

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask
        self._remembered: Optional[int] = None

    def bits(self) -> int:
        """The firmware's bits; raises ProbeError."""
        answer = parse_throttled(self._ask("get_throttled"))
        remembered = answer >> SINCE_BOOT & ALL_BITS
        between = 0 if self._remembered is None else remembered & ~self._remembered
        self._remembered = remembered
        return answer & ALL_BITS | between

    def close(self) -> None:
        """Nothing is held."""


class Files:
    """Files with a number each, any of which may tell ``bit``.

    ``tells`` gets the number kept of a file and its number now; ``keep`` makes of both the number to be kept.
    """

    def __init__(
        self,
        source: str,
        bit: int,
        paths: Sequence[str],
        tells: Callable[[float, float], bool],
        keep: Callable[[float, float], float],
        clock_ns: Callable[[], int],
    ) -> None:
        self.source = source
        self._bit, self._tells, self._keep = bit, tells, keep
        self._files = NumberFiles(paths, clock_ns)
        self._kept: dict[int, float] = {}

    def bits(self) -> int:
        """The bit where a file tells it, else 0; raises ProbeError when none can be read."""
        values = self._files.read(1.0)
        numbers = {place: value.value for place, value in enumerate(values) if isinstance(value, Reading)}
        if not numbers:  # of some cores only there is none while they are offline
            raise ProbeError(
                f"{self.source} cannot be read", next(value.reason for value in values if isinstance(value, Missing))
            )
        told = [self._tells(self._kept.get(place, now), now) for place, now in numbers.items()]
        self._kept.update({place: self._keep(self._kept.get(place, now), now) for place, now in numbers.items()})
        return self._bit if any(told) else 0

    def close(self) -> None:
        """Close the files."""
        self._files.close()


def _latest(_before: float, now: float) -> float:
    return now


def _lit(_before: float, now: float) -> bool:
    return now > 0


def _grown(before: float, now: float) -> bool:
    return now > before


def _lowered(before: float, now: float) -> bool:
    return now < before


def _named(root: str, pattern: str, name_file: str, accept: Callable[[str], bool]) -> list[str]:
    """Folders of the pattern whose ``name_file`` holds an accepted name."""
    found = []
    for folder in sorted(glob.glob(os.path.join(root, pattern))):
        try:
            if accept(read_text(os.path.join(folder, name_file))):
                found.append(folder)
        except OSError:
            continue
    return found


def find_signs(root: str, clock_ns: Callable[[], int]) -> tuple[Sign, ...]:
    """All signs of this machine but the firmware's."""
    chips = _named(root, "sys/class/hwmon/hwmon*", "name", lambda name: name == "rpi_volt")
    cooling = _named(root, "sys/class/thermal/cooling_device*", "type", lambda kind: bool(_CPU_COOLING.match(kind)))
    cpu = os.path.join(root, "sys/devices/system/cpu")
    signs = (
        ("under-voltage alarm of rpi_volt", UNDER_VOLTAGE, _in(chips, "in0_lcrit_alarm"), _lit, _latest),
        ("over-current events", THROTTLED, _over_current_counts(root), _grown, _latest),
        ("thermal_throttle counts", THROTTLED, _throttle_counts(cpu), _grown, _latest),
        ("cooling by the CPU's clock", CAPPED, _in(cooling, "cur_state"), _lit, _latest),
        ("clock limit of cpufreq", CAPPED, glob.glob(f"{cpu}/cpufreq/policy*/scaling_max_freq"), _lowered, max),
    )
    return tuple(Files(what, bit, paths, tells, keep, clock_ns) for what, bit, paths, tells, keep in signs if paths)


def _in(folders: Sequence[str], name: str) -> list[str]:
    return [os.path.join(folder, name) for folder in folders]


def _throttle_counts(cpu: str) -> list[str]:
    return [
        path for kind in ("core", "package") for path in glob.glob(f"{cpu}/cpu*/thermal_throttle/{kind}_throttle_count")
    ]


def _over_current_counts(root: str) -> list[str]:
    return glob.glob(os.path.join(root, "sys/class/hwmon/hwmon*/oc*_event_cnt"))


def is_raspberry_pi(root: str) -> bool:
    """Whether the device tree says so: only there is a firmware to be asked."""
    try:
        return "brcm,bcm2" in read_text(os.path.join(root, "proc/device-tree/compatible"))
    except OSError:
        return False


def counted_since_boot(root: str) -> int:
    """How often the machine's counters say that it has throttled since it started; 0 where it does not count."""
    counters = (*_throttle_counts(os.path.join(root, "sys/devices/system/cpu")), *_over_current_counts(root))
    total = 0
    for path in counters:
        try:
            total += int(read_text(path))
        except (OSError, ValueError):
            continue
    return total
