"""The processor's name, its cores, and the groups of unlike cores that it is made of."""

from __future__ import annotations

import os
from collections import Counter

from edgetop.rootfiles import fields, number, text

# Arm cores tell a part number where others tell a name (MIDR_EL1, implementer 0x41).
_ARM_PARTS = {
    0xB76: "ARM1176",
    0xC07: "Cortex-A7",
    0xC08: "Cortex-A8",
    0xC09: "Cortex-A9",
    0xC0D: "Cortex-A17",
    0xC0E: "Cortex-A17",
    0xC0F: "Cortex-A15",
    0xD03: "Cortex-A53",
    0xD04: "Cortex-A35",
    0xD05: "Cortex-A55",
    0xD07: "Cortex-A57",
    0xD08: "Cortex-A72",
    0xD09: "Cortex-A73",
    0xD0A: "Cortex-A75",
    0xD0B: "Cortex-A76",
    0xD0C: "Neoverse-N1",
    0xD0D: "Cortex-A77",
    0xD40: "Neoverse-V1",
    0xD41: "Cortex-A78",
    0xD42: "Cortex-A78AE",
    0xD44: "Cortex-X1",
    0xD46: "Cortex-A510",
    0xD47: "Cortex-A710",
    0xD49: "Neoverse-N2",
    0xD4F: "Neoverse-V2",
    0xD80: "Cortex-A520",
    0xD81: "Cortex-A720",
    0xD83: "Neoverse-V3AE",
}
_NVIDIA_PARTS = {0x003: "Denver 2", 0x004: "Carmel"}
_ARM, _NVIDIA = 0x41, 0x4E

CPU = "sys/devices/system/cpu"


def _part_name(told: dict[str, str]) -> str:
    """Of an Arm core, by its implementer and part; empty for others."""
    try:
        implementer, part = int(told["CPU implementer"], 0), int(told["CPU part"], 0)
    except (KeyError, ValueError):
        return ""
    if implementer == _ARM:
        return _ARM_PARTS.get(part, f"Arm part {part:#x}")
    return (_NVIDIA_PARTS.get(part) if implementer == _NVIDIA else None) or f"part {part:#x} of {implementer:#x}"


def sums_bytes_exactly(root: str = "/") -> bool:
    """Whether the processor adds products of 8-bit numbers in 32 bits; x86 without VNNI has only an instruction that
    adds two of them in 16, where they can overflow (``vpmaddubsw``).
    """
    flags = next((told["flags"].split() for told in _processors(root) if "flags" in told), None)
    return flags is None or any(flag in flags for flag in ("avx512_vnni", "avx_vnni", "avx_vnni_int8"))


def _processors(root: str) -> list[dict[str, str]]:
    """What /proc/cpuinfo tells of each processor that is online."""
    blocks = [fields(block, ":") for block in text(root, "proc/cpuinfo").split("\n\n")]
    return [block for block in blocks if "processor" in block]


def cores(root: str) -> int:
    """Logical processors that are online."""
    lines = text(root, "proc/cpuinfo").splitlines()
    return sum(line.startswith("processor") for line in lines) or os.cpu_count() or 1


def cpu_name(root: str) -> str:
    """Its name, or those of its unlike Arm cores, the fastest first."""
    groups = _groups(root)
    if groups:
        return " + ".join(dict.fromkeys(name for name, _ in groups))
    told = fields(text(root, "proc/cpuinfo"), ":")
    # Arm before "model name", which 32-bit kernels fill with the architecture only; and there it may be told but once.
    return _part_name(told) or told.get("model name") or told.get("uarch") or os.uname().machine


def _groups(root: str) -> Counter[tuple[str, int]]:
    """How many Arm cores there are of each name and highest clock in kilohertz, the fastest first."""
    groups: Counter[tuple[str, int]] = Counter()
    for block in _processors(root):
        name = _part_name(block)
        if name:
            groups[name, number(root, f"{CPU}/cpu{block['processor']}/cpufreq/cpuinfo_max_freq")] += 1
    return Counter(dict(sorted(groups.items(), key=lambda group: (-group[0][1], group[0][0]))))


def clusters(root: str) -> str:
    """Arm cores by kind and highest clock: ``4x Cortex-A72 @ 1.8 GHz + 4x Cortex-A53 @ 1.5 GHz``; else empty."""
    return " + ".join(f"{count}x {name}" + _clock(khz) for (name, khz), count in _groups(root).items())


def _clock(khz: int) -> str:
    return f" @ {khz / 1e6:.3g} GHz" if khz else ""
