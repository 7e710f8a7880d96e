"""``edgetop doctor``: what is here, what is not, and how to mend it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Callable

from edgetop import units
from edgetop.backends.serving import Server, serving
from edgetop.commands import doctor_measuring
from edgetop.commands.doctor_check import BAD, MISSING, OK, WARN, Check, looked_at
from edgetop.commands.doctor_frameworks import frameworks, interpreters
from edgetop.commands.doctor_places import folder, sessions, terminal
from edgetop.commands.doctor_power import groups, i2c
from edgetop.commands.doctor_sensors import Sensors
from edgetop.config import Settings, cache_folder, config_file, load_settings, sessions_folder
from edgetop.errors import EdgetopError

LIMIT_S = 10.0
FRAMEWORKS_LIMIT_S = 600.0
"""Each of them is asked in a process of its own, which has a limit too."""
WIDEST = 100
NAME_WIDTH = 24

_SIGNS = {OK: "ok  ", MISSING: "–   ", WARN: "!   ", BAD: "BAD "}

Look = Callable[[], Iterable[Check]]


def doctor(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop doctor``; 1 when something is bad."""
    checks = []
    subject = ""
    for check in examine(arguments.config, arguments.python):
        checks.append(check)
        if not arguments.json:
            if check.subject != subject:
                print(("\n" if subject else "") + check.subject)
                subject = check.subject
            print(_lines(check), flush=True)
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    return int(any(check.state == BAD for check in checks))


def _lines(check: Check) -> str:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    wrap = partial(textwrap.fill, width=width, break_long_words=False, break_on_hyphens=False)
    indent = " " * (len(_SIGNS[OK]) + NAME_WIDTH)
    head = f"{_SIGNS[check.state]}{check.name:<{NAME_WIDTH}}"
    lines = []
    if len(check.name) >= NAME_WIDTH:
        lines, head = [head], indent
    lines.append(wrap(units.printable(check.detail), initial_indent=head, subsequent_indent=indent))
    if check.what_to_do:
        arrow = units.printable(check.what_to_do)
        lines.append(wrap(arrow, initial_indent=f"{indent}→ ", subsequent_indent=f"{indent}  "))
    return "\n".join(lines)


def examine(config: str, pythons: Sequence[str]) -> Iterator[Check]:
    """Look at the machine, what distorts a measurement, power, sensors, frameworks, folders and the terminal."""
    settings, served, told = _settings(config, pythons)
    sensors = Sensors(settings.ina219, settings.meters, settings.run.power)
    meters: list[tuple[str, Look]] = [
        (f"meter {one.name}", partial(sensors.look_at_meter, one, probe)) for one, probe in sensors.meters
    ]
    of_power: list[tuple[str, Look]] = [(probe.title, partial(sensors.look_at, probe)) for probe in sensors.of_power]
    others: list[tuple[str, Look]] = [(probe.title, partial(sensors.look_at, probe)) for probe in sensors.others]
    subjects: dict[str, list[tuple[str, Look]]] = {
        "Machine": [("machine", _machine)],
        "Measuring": list(doctor_measuring.LOOKS.items()),
        "Power": [("I2C", i2c), ("groups", groups), *meters, *of_power, ("energy", sensors.energy)],
        "Other sensors": others,
        "Frameworks": [
            ("settings", lambda: [told]),
            ("interpreters", partial(interpreters, served)),
            ("frameworks", partial(frameworks, served)),
        ],
        "Folders and terminal": [
            ("sessions folder", partial(folder, "sessions folder", sessions_folder())),
            ("sessions", partial(sessions, sessions_folder(), settings.sessions)),
            ("cache folder", partial(folder, "cache folder", cache_folder())),
            ("terminal", terminal),
        ],
    }
    for subject, looks in subjects.items():
        limit_s = FRAMEWORKS_LIMIT_S if subject == "Frameworks" else LIMIT_S
        for name, look in looks:
            for check in looked_at(name, look, limit_s):
                yield replace(check, subject=subject)


def _settings(config: str, pythons: Sequence[str]) -> tuple[Settings, dict[str, Server], Check]:
    """The settings, or where they cannot be understood the default ones; and what there is to be said of them."""
    try:
        settings = load_settings(config)
        file = config or config_file()
        told = file if os.path.exists(file) else f"the default ones: there is no {file}"
        return settings, serving(settings.python, pythons), Check("settings", OK, told)
    except EdgetopError as error:
        return Settings(), {}, Check("settings", BAD, error.title, error.hint)


def _machine() -> Iterator[Check]:
    from edgetop.machine import describe_machine

    machine = describe_machine()
    machine["memory"] = units.size(float(machine.get("memory_bytes", 0)))
    keys = ("board", "revision", "soc", "clusters", "cpu", "memory", "accelerators", "os", "kernel", "python")
    names = {"revision": "revision", "python": "Python", "kernel": "Linux", "memory": "memory"}
    skipped = "cpu" if "clusters" in machine else "clusters"
    told = [f"{names.get(key, '')} {machine[key]}".strip() for key in keys if key in machine and key != skipped]
    yield Check("machine", OK, ", ".join(told))
