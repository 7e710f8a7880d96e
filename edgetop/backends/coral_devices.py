"""Which Edge TPUs are connected: by pycoral where it is installed, else by what the kernel shows."""

from __future__ import annotations

import glob
import importlib
import os
from dataclasses import dataclass

USB_IDS = ("1a6e:089a", "18d1:9302")
"""Of a USB accelerator before its first use, and after, when it has got its firmware."""


@dataclass(frozen=True)
class EdgeTpu:
    """A device: how it is connected, ``usb`` or ``pci``, and where."""

    bus: str
    path: str


def edge_tpus() -> list[EdgeTpu]:
    """Every Edge TPU that is connected; imports pycoral, and with it a TFLite runtime, where it is installed."""
    listed = _by_pycoral()
    return kernel_devices() if listed is None else listed


def kernel_devices(root: str = "/") -> list[EdgeTpu]:
    """Those that the kernel shows, without an import; ``root`` is where /sys and /dev are."""
    found = [EdgeTpu("pci", path) for path in sorted(glob.glob(os.path.join(root, "dev", "apex_*")))]
    for folder in sorted(glob.glob(os.path.join(root, "sys", "bus", "usb", "devices", "*"))):
        if f"{_word(folder, 'idVendor')}:{_word(folder, 'idProduct')}" in USB_IDS:
            found.append(EdgeTpu("usb", folder))
    return found


def _by_pycoral() -> list[EdgeTpu] | None:
    """What Coral's own package lists; None without it. On PyPI another package has its name."""
    try:
        listed = importlib.import_module("pycoral.utils.edgetpu").list_edge_tpus()
    except (ImportError, OSError, AttributeError):
        return None
    return [EdgeTpu(str(device["type"]), str(device["path"])) for device in listed]


def _word(folder: str, name: str) -> str:
    try:
        with open(os.path.join(folder, name), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
