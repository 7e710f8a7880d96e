"""``edgetop env``: Python environments of their own for frameworks that cannot share edgetop's."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import asdict

from edgetop.backends.availability import availability
from edgetop.backends.registry import backend, names
from edgetop.commands.env_create import create
from edgetop.commands.listing import print_rows
from edgetop.config import load_settings
from edgetop.environments import PINS, environments, folder
from edgetop.errors import CannotWrite, UnknownName, UsageError
from edgetop.readings import Missing


def env(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop env``."""
    return {"create": _create, "list": _list, "remove": _remove}[arguments.action](arguments)


def _create(arguments: argparse.Namespace) -> int:
    framework = arguments.name
    settings = load_settings(arguments.config)
    if framework not in names():
        raise UnknownName(f"unknown framework {framework!r}", f"Environments can be made for {', '.join(_offered())}")
    if framework not in _offered():
        raise UsageError(
            f"edgetop does not know what belongs in an environment of {framework}",
            f"Make one by hand and name its interpreter: [frameworks.{framework}] python",
        )
    made = create(framework, arguments.base, again=arguments.again)
    print(f"{framework} has Python {made.python_version} with {', '.join(made.packages)}: {made.python}")
    found = availability(framework, made.python).version
    if isinstance(found, Missing):
        print(f"{backend(framework).title} does not run in it yet: {found.reason}. {found.hint}")
    if framework in settings.python:
        print(f"The settings name another, which comes first: {settings.python[framework]}")
    return 0


def _offered() -> list[str]:
    return [name for name in names() if name in PINS]


def _list(arguments: argparse.Namespace) -> int:
    made = [asdict(each) for each in environments()]
    if arguments.json:
        print(json.dumps(made, indent=2))
    else:
        print_rows(made)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    place = folder(arguments.name)
    # No name is the folder of all of them, as where a script's variable is empty.
    named = arguments.name and os.sep not in arguments.name and not arguments.name.startswith(".")
    if not named or not os.path.isdir(place):
        made = ", ".join(each.framework for each in environments())
        raise UnknownName(f"there is no environment of {arguments.name!r}", f"There are: {made}" if made else "")
    try:
        shutil.rmtree(place)
    except OSError as error:
        raise CannotWrite(f"cannot remove {place}: {error.strerror}", "Check its permissions") from error
    print(f"{place} is removed")
    return 0
