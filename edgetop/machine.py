"""What machine this is: board, processor, memory, kernel. Read from files, for a session's first page."""

from __future__ import annotations

import os
import platform
from typing import Union

from edgetop.boards import accelerators, board_name, memory_bytes, revision, soc
from edgetop.processors import clusters, cores, cpu_name
from edgetop.rootfiles import fields, text


def describe_machine(root: str = "/") -> dict[str, Union[str, int]]:
    """Facts about this machine by name; those that are not told are left out.

    board, revision, soc, cpu, clusters, cores, physical_cores, memory_bytes, accelerators, kernel, os, architecture,
    hostname, python, governor. Files are looked for under ``root``; psutil counts the physical cores, of this machine
    only.
    """
    import psutil  # not at the top: what a worker loads knows no psutil

    facts: dict[str, Union[str, int]] = {
        "board": board_name(root),
        "revision": revision(root),
        "soc": soc(root),
        "cpu": cpu_name(root),
        "clusters": clusters(root),
        "cores": cores(root),
        "physical_cores": (psutil.cpu_count(logical=False) or 0) if root == "/" else 0,
        "memory_bytes": memory_bytes(root),
        "accelerators": accelerators(root),
        "kernel": text(root, "proc/sys/kernel/osrelease") or os.uname().release,
        "os": fields(text(root, "etc/os-release"), "=").get("PRETTY_NAME", os.uname().sysname),
        "architecture": os.uname().machine,
        "hostname": text(root, "proc/sys/kernel/hostname") or os.uname().nodename,
        "python": platform.python_version(),
        "governor": text(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
    }
    return {name: value for name, value in facts.items() if value}
