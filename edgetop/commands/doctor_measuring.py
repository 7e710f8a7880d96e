"""The doctor on what distorts a measurement: the clock's governor, throttling, heat, other work, swapping."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Iterator
from typing import Callable

from edgetop import units
from edgetop.commands.doctor_check import MISSING, OK, WARN, Check
from edgetop.errors import ProbeError
from edgetop.probes import vcgencmd
from edgetop.probes.cpu import CpuProbe
from edgetop.probes.heat import HeatProbe
from edgetop.probes.keptfile import read_text, text_if_any
from edgetop.probes.throttle import ThrottleProbe
from edgetop.probes.throttle_signs import (
    ALL_BITS,
    SINCE_BOOT,
    UNDER_VOLTAGE,
    counted_since_boot,
    is_raspberry_pi,
    parse_throttled,
)
from edgetop.readings import Missing
from edgetop.widgets.limits import words

HOT_C = 70.0
"""Boards begin to throttle at 80 °C, some at 60; from here a run has little room."""
BUSY_PERCENT = 10.0
SWAPPED_BYTES = 16 << 20
"""What is swapped out once and left there, as on any desktop, distorts nothing."""
LOOK_S = 0.5

_PERFORMANCE = "echo performance | sudo tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor"
_COOL = "Give it a heat sink or a fan, and let it cool down: --cool-down"
_JETSON = f"Choose a lower power mode (sudo nvpmodel -m), or use a stronger supply. {_COOL}"
_PC = "Free its fan and its vents of dust, and let it cool down: --cool-down"
_FEED = "Use a supply of the board's own strength and a short thick cable; a meter's shunt costs voltage too"


def governor(root: str = "/") -> Iterator[Check]:
    """Whether clocks stay as they are while there is work."""
    paths = glob.glob(os.path.join(root, "sys/devices/system/cpu/cpufreq/policy*/scaling_governor"))
    found = ", ".join(sorted({read_text(path) for path in paths}))
    if not found:
        yield Check("governor", MISSING, "this machine tells no governor", "Virtual machines have none")
    elif found == "performance":
        yield Check("governor", OK, found)
    else:
        yield Check("governor", WARN, f"{found}: the clock follows the load", f"For steady figures: {_PERFORMANCE}")


def throttling(root: str = "/", ask: Callable[..., str] = vcgencmd.ask) -> Iterator[Check]:
    """What holds the machine back now, and did since it started."""
    try:
        now, before = _bits(root, ask)
    except ProbeError as error:
        yield Check("throttling", MISSING, error.title, error.hint)
        return
    told = ", ".join(words(now)) or "none"
    detail = f"now: {told}; since the machine started: {before}"
    if now:
        yield Check("throttling", WARN, detail, _remedy(root, now))
    elif before != "none":
        yield Check("throttling", WARN, detail, f"It may come again under load. {_remedy(root, ALL_BITS)}")
    else:
        yield Check("throttling", OK, detail)


def _remedy(root: str, bits: int) -> str:
    """What a board of this kind needs."""
    compatible = text_if_any(os.path.join(root, "proc/device-tree/compatible"))
    if "nvidia,tegra" in compatible:
        return _JETSON
    if not compatible:
        return _PC
    if bits == ALL_BITS:
        return f"{_FEED}. {_COOL}"
    return _FEED if bits & UNDER_VOLTAGE else _COOL


def _bits(root: str, ask: Callable[..., str]) -> tuple[int, str]:
    """The bits now, and what there was since the start in words; raises ProbeError."""
    if is_raspberry_pi(root):
        answer = parse_throttled(ask("get_throttled"))
        return answer & ALL_BITS, ", ".join(words(answer >> SINCE_BOOT & ALL_BITS)) or "none"
    probe = ThrottleProbe(root)
    probe.open()
    now, _ = probe.read()
    probe.close()
    events = counted_since_boot(root)
    return (0 if isinstance(now, Missing) else int(now.value)), f"{events} times" if events else "none"


def temperature(root: str = "/") -> Iterator[Check]:
    """Whether the processor is cool enough to begin."""
    probe = HeatProbe(root)
    try:
        probe.open()
        value = probe.read()[0]
    except ProbeError as error:
        yield Check("temperature", MISSING, error.title, error.hint)
        return
    finally:
        probe.close()
    if isinstance(value, Missing):
        yield Check("temperature", MISSING, value.reason, "Its driver may come back after a restart")
        return
    detail = f"{value.value:.0f} °C ({probe.channels[0].title})"
    hot = value.value >= HOT_C
    yield Check("temperature", WARN if hot else OK, detail, _COOL if hot else "")


def other_work(root: str = "/", sleep: Callable[[float], None] = time.sleep) -> Iterator[Check]:
    """How busy the cores are with what others do."""
    probe = CpuProbe(root)
    try:
        probe.open()
        sleep(LOOK_S)
        value = probe.read()[0]
    except ProbeError as error:
        yield Check("other work", MISSING, error.title, error.hint)
        return
    finally:
        probe.close()
    if isinstance(value, Missing):
        yield Check("other work", MISSING, value.reason, "Look again")
        return
    busy = value.value > BUSY_PERCENT
    hint = "End it, or wait: top shows what it is" if busy else ""
    yield Check("other work", WARN if busy else OK, f"{value.value:.0f} % of all cores are busy", hint)


def swap(root: str = "/") -> Iterator[Check]:
    """Whether memory is swapped out, which makes a run wait for a card or a compressor."""
    try:
        lines = read_text(os.path.join(root, "proc/swaps")).splitlines()[1:]
    except OSError as error:
        yield Check("swap", MISSING, f"/proc/swaps cannot be read: {error.strerror}", "Mount /proc")
        return
    rows = [line.split() for line in lines]
    used = {row[0]: int(row[3]) * 1024 for row in rows if len(row) == 5 and row[3].isdecimal()}
    told = ", ".join(f"{units.size(size)} in {name}" for name, size in used.items() if size)
    if sum(used.values()) < SWAPPED_BYTES:
        yield Check("swap", OK, told or ("none in use" if used else "none"))
        return
    hint = "End what takes memory, then: sudo swapoff -a && sudo swapon -a; or take a smaller model"
    yield Check("swap", WARN, f"{told}: a run may wait for it", hint)


LOOKS: dict[str, Callable[[], Iterator[Check]]] = {
    "governor": governor,
    "throttling": throttling,
    "temperature": temperature,
    "other work": other_work,
    "swap": swap,
}
