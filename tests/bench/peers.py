"""Other monitors of the terminal, fetched for the benchmarks: Debian's btop and htop, PyPI's bpytop, s-tui, glances.

They are unpacked below ``$XDG_CACHE_HOME/edgetop-bench`` and nowhere else; one that cannot be had is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "edgetop-bench"
DEBIAN = ("btop", "htop", "libnl-3-200", "libnl-genl-3-200")
PYPI = ("bpytop", "s-tui", "glances")
PERIOD_MS = 250


@dataclass(frozen=True)
class Peer:
    """How one is started at four times a second, and how often it then paints."""

    name: str
    command: list[str]
    hz: float = 4.0
    environment: dict[str, str] = field(default_factory=dict)


def peers() -> list[Peer]:
    """Those that are here, or can be fetched."""
    _fetch()
    home = FOLDER / "home"
    for name in ("btop", "bpytop"):
        settings = home / ".config" / name / f"{name}.conf"
        settings.parent.mkdir(parents=True, exist_ok=True)
        version = "" if name == "btop" else "#? Config v. 1.0.68\n"
        settings.write_text(f"{version}update_ms={PERIOD_MS}\nupdate_check=False\ntruecolor=True\n")
    env = {"XDG_CONFIG_HOME": str(home / ".config"), "HOME": str(home)}
    libraries = {"LD_LIBRARY_PATH": ":".join(map(str, (FOLDER / "debian").glob("**/x86_64-linux-gnu")))}
    known = [
        Peer("btop", [_place("btop"), "--utf-force"], environment=env | libraries),
        Peer("htop", [_place("htop"), "-d", "2"], 5.0, env | libraries),  # it counts in tenths
        Peer("bpytop", [_place("bpytop")], environment=env),
        Peer("s-tui", [_place("s-tui"), "--refresh-rate", str(PERIOD_MS / 1000)], environment=env),
        Peer("glances", [_place("glances"), "--time", str(PERIOD_MS / 1000)], environment=env),
    ]
    return [peer for peer in known if peer.command[0]]


def _place(name: str) -> str:
    for path in (FOLDER / "debian/usr/bin" / name, FOLDER / "venv/bin" / name):
        if path.exists():
            return str(path)
    return shutil.which(name) or ""


def _fetch() -> None:
    (FOLDER / "packages").mkdir(parents=True, exist_ok=True)
    for name in DEBIAN:
        if not any((FOLDER / "packages").glob(f"{name}_*")) and shutil.which("apt-get"):
            _try(["apt-get", "download", name], FOLDER / "packages")
            for package in (FOLDER / "packages").glob(f"{name}_*"):
                _try(["dpkg", "-x", str(package), str(FOLDER / "debian")], FOLDER)
    if not (FOLDER / "venv").exists():
        _try([sys.executable, "-m", "venv", str(FOLDER / "venv")], FOLDER)
        for name in PYPI:
            _try([str(FOLDER / "venv/bin/pip"), "install", "-q", "--disable-pip-version-check", name], FOLDER)


def _try(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
