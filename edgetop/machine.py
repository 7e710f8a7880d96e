"""What machine this is: board, processor, memory, kernel. Read from files, for a session's first page."""

from __future__ import annotations

import os
import platform
from typing import Union

# Arm cores tell a part number where others tell a name (MIDR_EL1, implementer 0x41).
_ARM_PARTS = {
    0xB76: "ARM1176",
    0xC07: "Cortex-A7",
    0xC08: "Cortex-A8",
    0xC09: "Cortex-A9",
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
    0xD49: "Neoverse-N2",
    0xD4F: "Neoverse-V2",
}


def _read(root: str, path: str) -> str:
    """The text of a file, empty when it cannot be read."""
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read().strip("\0 \n\t")
    except OSError:
        return ""


def _fields(text: str, separator: str) -> dict[str, str]:
    """``name separator value`` lines; the first of a name counts."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, found, value = line.partition(separator)
        if found:
            fields.setdefault(name.strip(), value.strip().strip('"'))
    return fields


def _board(root: str) -> str:
    model = _read(root, "proc/device-tree/model") or _read(root, "sys/firmware/devicetree/base/model")
    if model:
        return model
    return _read(root, "sys/class/dmi/id/product_name") or "PC"


def _arm_name(fields: dict[str, str]) -> str:
    try:
        implementer, part = int(fields["CPU implementer"], 0), int(fields["CPU part"], 0)
    except (KeyError, ValueError):
        return ""
    return _ARM_PARTS.get(part, f"Arm part {part:#x}") if implementer == 0x41 else f"part {part:#x} of {implementer:#x}"


def _cpu(root: str) -> str:
    fields = _fields(_read(root, "proc/cpuinfo"), ":")
    # Arm before "model name", which 32-bit kernels fill with the architecture only.
    return _arm_name(fields) or fields.get("model name") or fields.get("uarch") or os.uname().machine


def _cores(root: str) -> int:
    lines = _read(root, "proc/cpuinfo").splitlines()
    return sum(line.startswith("processor") for line in lines) or os.cpu_count() or 1


def _memory_bytes(root: str) -> int:
    fields = _fields(_read(root, "proc/meminfo"), ":").get("MemTotal", "").split()
    return int(fields[0]) * 1024 if fields and fields[0].isdigit() else 0


def describe_machine(root: str = "/") -> dict[str, Union[str, int]]:
    """Facts about this machine by name; ``memory_bytes`` and ``governor`` are left out where they are not told.

    board, cpu, cores, physical_cores, memory_bytes, kernel, os, architecture, hostname, python, governor. Files are
    looked for under ``root``; psutil counts the physical cores, of this machine only.
    """
    import psutil  # not at the top: what a worker loads knows no psutil

    facts: dict[str, Union[str, int]] = {
        "board": _board(root),
        "cpu": _cpu(root),
        "cores": _cores(root),
        "physical_cores": (psutil.cpu_count(logical=False) or 0) if root == "/" else 0,
        "memory_bytes": _memory_bytes(root),
        "kernel": _read(root, "proc/sys/kernel/osrelease") or os.uname().release,
        "os": _fields(_read(root, "etc/os-release"), "=").get("PRETTY_NAME", os.uname().sysname),
        "architecture": os.uname().machine,
        "hostname": _read(root, "proc/sys/kernel/hostname") or os.uname().nodename,
        "python": platform.python_version(),
        "governor": _read(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }
    return {name: value for name, value in facts.items() if value}
