"""Which interpreter serves which framework: as --python says, else the settings, else an environment that was made."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgetop.backends.interpreters import known
from edgetop.backends.registry import OWN, names
from edgetop.environments import environments
from edgetop.errors import UnknownName, UsageError


@dataclass(frozen=True)
class Server:
    """An interpreter that a framework's worker runs in."""

    python: str
    """Its absolute path."""
    source: str
    """Who says so: ``--python``, ``settings``, or ``env`` of an environment that was made; else ``own``."""

    @property
    def version(self) -> str:
        """Of Python, as ``3.9.18``; empty before the interpreter was first looked at."""
        if self is OURS:
            return ".".join(map(str, sys.version_info[:3]))
        interpreter = known(self.python)
        return interpreter.version if interpreter else ""

    @property
    def title(self) -> str:
        """Version, path and source in a few words."""
        return f"Python {self.version}".rstrip() + f" at {self.python} ({self.source})"


OURS = Server(sys.executable, "own")
"""Edgetop's own."""


def serving(settings: Mapping[str, str], given: Sequence[str] = ()) -> dict[str, Server]:
    """Framework to its interpreter, where it has one of its own.

    ``settings`` has paths by framework, ``given`` is each ``NAME=PATH`` of ``--python``. Raises UnknownName for a
    framework that is not known, UsageError for what is no ``NAME=PATH``. Looks at no interpreter.
    """
    served = {made.framework: Server(made.python, "env") for made in environments()}
    served.update({_known(name): Server(_absolute(path), "settings") for name, path in settings.items()})
    for each in given:
        name, sign, path = each.partition("=")
        if not (name and sign and path):
            raise UsageError(f"--python {each} is not NAME=PATH", "As in --python coral=/opt/py39/bin/python")
        served[_known(name)] = Server(_absolute(path), "--python")
    return served


def _known(framework: str) -> str:
    if framework not in OWN and framework not in names():
        raise UnknownName(
            f"An interpreter is named for {framework!r}, which is no framework", f"Known: {', '.join(names())}"
        )
    return framework


def _absolute(path: str) -> str:
    """A path as it stands, or that of a command; its links are left, since they say whose environment it is."""
    path = os.path.expanduser(path)
    return os.path.abspath(path if os.sep in path else shutil.which(path) or path)
