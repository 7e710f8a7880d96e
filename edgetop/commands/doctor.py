"""``edgetop doctor``: what is here, what is not, and how to mend it."""

from __future__ import annotations

import argparse
import json
import locale
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from edgetop.backends.serving import Server, serving
from edgetop.config import cache_folder, config_file, load_settings, sessions_folder
from edgetop.errors import BadInterpreter, EdgetopError, ProbeError
from edgetop.readings import Missing

MIN_FREE_BYTES = 256 << 20


@dataclass(frozen=True)
class Check:
    """One thing looked at: how it is, and what to do where it is not well."""

    name: str
    state: str
    """``ok``, ``missing`` (edgetop works without it) or ``bad``."""
    detail: str
    what_to_do: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop doctor``; 1 when something is bad."""
    checks = list(examine(arguments.config, arguments.python))
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _print(checks)
    return int(any(check.state == "bad" for check in checks))


def _print(checks: list[Check]) -> None:
    signs = {"ok": "ok  ", "missing": "–   ", "bad": "BAD "}
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(f"{signs[check.state]}{check.name:<{width}}  {check.detail}")
        if check.what_to_do:
            print(f"{'':<{width + 6}}→ {check.what_to_do}")


def examine(config: str, pythons: Sequence[str]) -> Iterator[Check]:
    """Look at the machine, the settings, the frameworks, the sensors, the folders and the terminal."""
    yield from _machine()
    try:
        settings = load_settings(config)
        served = serving(settings.python, pythons)
        yield Check("settings", "ok", config or config_file())
    except EdgetopError as error:
        yield Check("settings", "bad", error.title, error.hint)
        return
    yield from _interpreters(served)
    yield from _frameworks(served)
    yield from _sensors(settings.ina219)
    for name, folder in (("sessions folder", sessions_folder()), ("cache folder", cache_folder())):
        yield _folder(name, folder)
    yield from _terminal()


def _machine() -> Iterator[Check]:
    from edgetop.machine import describe_machine

    machine = describe_machine()
    keys = ("board", "cpu", "os", "kernel", "python")
    told = [str(machine[key]) for key in keys if machine.get(key)]
    yield Check("machine", "ok", ", ".join(told))


def _interpreters(served: dict[str, Server]) -> Iterator[Check]:
    """Those that somebody asked for: one that cannot run a worker is to be mended."""
    from edgetop.backends.interpreters import examine
    from edgetop.backends.registry import backend

    for framework, server in served.items():
        name = f"Python for {backend(framework).title}"
        try:
            numpy = examine(server.python, framework).numpy
        except BadInterpreter as error:
            yield Check(name, "bad", f"{error.title} ({server.source})", error.hint)
        else:
            yield Check(name, "ok", f"{server.title}, numpy {numpy}")


def _frameworks(served: dict[str, Server]) -> Iterator[Check]:
    from edgetop.backends.availability import availabilities
    from edgetop.backends.registry import backend, names

    where = {name: server.python for name, server in served.items()}
    for name, found in availabilities(names(), where).items():
        version, title = found.version, backend(name).title
        if isinstance(version, Missing):
            yield Check(title, "missing", version.reason, version.hint)
        else:
            yield Check(title, "ok", version)


def _sensors(ina219: object) -> Iterator[Check]:
    from edgetop.probes.registry import machine_probes

    for probe in machine_probes(ina219):  # type: ignore[arg-type]
        try:
            probe.open()
        except ProbeError as error:
            yield Check(probe.title, "missing", error.title, error.hint)
        except Exception as error:  # the edge to a probe, which may be another package's: it is told, not raised
            yield Check(probe.title, "bad", f"{type(error).__name__}: {error}", "Tell the probe's makers")
        else:
            yield Check(probe.title, "ok", ", ".join(channel.name for channel in probe.channels))
            probe.close()


def _folder(name: str, folder: str) -> Check:
    place = folder
    while not os.path.exists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place) or not os.access(place, os.W_OK):
        return Check(name, "bad", f"{folder} cannot be written", f"Give yourself the right to write {place}")
    room = os.statvfs(place)
    free = room.f_bavail * room.f_frsize
    if free < MIN_FREE_BYTES:
        return Check(name, "bad", f"{folder}: {free >> 20} MiB free", "Make room, or record elsewhere")
    return Check(name, "ok", folder)


def _terminal() -> Iterator[Check]:
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        yield Check("terminal", "missing", f"TERM is {term or 'not set'}", "Use --headless, or set TERM")
    else:
        yield Check("terminal", "ok", term)
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(False)).lower()
    if "utf" in encoding:
        yield Check("locale", "ok", encoding)
    else:
        yield Check("locale", "missing", f"{encoding}: charts are drawn in ASCII", "export LANG=C.UTF-8")
