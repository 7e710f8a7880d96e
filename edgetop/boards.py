"""Which board this is, its revision, its SoC and its accelerators, from the device tree or a PC's firmware."""

from __future__ import annotations

from typing import Optional

from edgetop.rootfiles import fields, folders, raw, text

# A revision code's bits 4 to 11 on a Raspberry Pi; for containers, which see /proc/cpuinfo but no device tree.
_PI_TYPES = {
    0x04: "2 Model B",
    0x08: "3 Model B",
    0x09: "Zero",
    0x0A: "Compute Module 3",
    0x0C: "Zero W",
    0x0D: "3 Model B Plus",
    0x0E: "3 Model A Plus",
    0x10: "Compute Module 3 Plus",
    0x11: "4 Model B",
    0x12: "Zero 2 W",
    0x13: "400",
    0x14: "Compute Module 4",
    0x15: "Compute Module 4S",
    0x17: "5 Model B",
    0x18: "Compute Module 5",
    0x19: "500",
    0x1A: "Compute Module 5 Lite",
}
_NEW_STYLE = 1 << 23

# Boards whose device tree calls them by another name, by a word of their ``compatible``.
_KNOWN_AS = {
    "imx8mq-phanbell": "Coral Dev Board",
    "mt8167-coral": "Coral Dev Board Mini",
    "tinker_edge_r": "ASUS Tinker Edge R",
    "tinker-edge-r": "ASUS Tinker Edge R",
}

_SOC_STYLES = {"tegra": "Tegra", "exynos": "Exynos", "imx": "i.MX"}

# What makers of PCs left in their firmware.
_NO_NAMES = ("", "to be filled by o.e.m.", "system manufacturer", "system product name", "default string", "o.e.m.")

_CORAL_USB = ("1a6e:089a", "18d1:9302")
"""Before its first use, and after it."""


def compatible(root: str) -> list[str]:
    """The device tree's names for the board and its SoC, the most special first; none on a PC."""
    content = text(root, "proc/device-tree/compatible") or text(root, "sys/firmware/devicetree/base/compatible")
    return [name for name in content.split("\0") if name]


def board_name(root: str) -> str:
    """The model as the board itself has it, with its revision where that is part of it."""
    names = " ".join(compatible(root))
    known = next((title for word, title in _KNOWN_AS.items() if word in names), "")
    model = text(root, "proc/device-tree/model") or text(root, "sys/firmware/devicetree/base/model")
    return known or model or _pi_by_code(revision_code(root)) or _pc(root)


def revision_code(root: str) -> Optional[int]:
    """A Raspberry Pi's revision code; None on other boards."""
    told = raw(root, "proc/device-tree/system/linux,revision")
    if len(told) == 4:
        return int.from_bytes(told, "big")
    cpuinfo = fields(text(root, "proc/cpuinfo"), ":")
    try:
        # Other Arm boards have a line of that name too; the code of a Pi comes with a serial number.
        return int(cpuinfo["Revision"], 16) or None if "Serial" in cpuinfo else None
    except (KeyError, ValueError):
        return None


def _pi_by_code(code: Optional[int]) -> str:
    kind = _PI_TYPES.get(code >> 4 & 0xFF) if code is not None and code & _NEW_STYLE else None
    return f"Raspberry Pi {kind} Rev 1.{code & 0xF}" if kind and code is not None else ""


def revision(root: str) -> str:
    """The revision: a Raspberry Pi's code, with its memory; the version of a PC's board; or empty."""
    code = revision_code(root)
    if code is None:
        version = text(root, "sys/class/dmi/id/product_version")
        return "" if version.lower() in _NO_NAMES else version
    if not code & _NEW_STYLE:
        return f"{code:04x}"
    mebibytes = 256 << (code >> 20 & 7)
    return f"{code:x}, {mebibytes} MiB" if mebibytes < 1024 else f"{code:x}, {mebibytes >> 10} GiB"


def _pc(root: str) -> str:
    for maker, product in (("sys_vendor", "product_name"), ("board_vendor", "board_name")):
        names = [text(root, f"sys/class/dmi/id/{file}") for file in (maker, product)]
        if names[1].lower() not in _NO_NAMES:
            return " ".join(name for name in names if name.lower() not in _NO_NAMES)
    return "PC"


def soc(root: str) -> str:
    """The name of the system on a chip, as ``BCM2711``; empty on a PC."""
    names = [name.partition(",")[2] for name in compatible(root)[1:]]
    # Modules and boards have a hyphen in their names, chips mostly none.
    name = next((name for name in names if name and "-" not in name), names[-1] if names else "")
    for start, style in _SOC_STYLES.items():
        if name.startswith(start):
            return style + name[len(start) :].upper()
    return name.upper()


def accelerators(root: str) -> str:
    """Edge TPUs on USB and PCIe, with their count: ``Coral USB, 2x Coral PCIe``; empty where there is none."""
    devices = folders(root, "sys/bus/usb/devices/*")
    ids = [":".join(text(root, f"{device}/{file}") for file in ("idVendor", "idProduct")) for device in devices]
    counts = {
        "Coral USB": sum(usb in _CORAL_USB for usb in ids),
        "Coral PCIe": len(folders(root, "sys/class/apex/apex_*")),
    }
    return ", ".join(f"{count}x {name}" if count > 1 else name for name, count in counts.items() if count)


def memory_bytes(root: str) -> int:
    """All of its memory that the kernel has; 0 when it is not told."""
    told = fields(text(root, "proc/meminfo"), ":").get("MemTotal", "").split()
    return int(told[0]) * 1024 if told and told[0].isdigit() else 0
