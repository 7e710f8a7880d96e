"""The doctor on frameworks and on the interpreters that serve them."""

from __future__ import annotations

from collections.abc import Iterator

from edgetop.backends.serving import Server
from edgetop.commands.doctor_check import BAD, MISSING, OK, Check
from edgetop.errors import BadInterpreter
from edgetop.readings import Missing


def interpreters(served: dict[str, Server]) -> Iterator[Check]:
    """Those that somebody asked for: one that cannot run a worker is to be mended."""
    from edgetop.backends.interpreters import examine
    from edgetop.backends.registry import backend

    for framework, server in served.items():
        name = f"Python for {backend(framework).title}"
        try:
            numpy = examine(server.python, framework).numpy
        except BadInterpreter as error:
            yield Check(name, BAD, f"{error.title} ({server.source})", error.hint)
        else:
            yield Check(name, OK, f"{server.title}, numpy {numpy}")


def frameworks(served: dict[str, Server]) -> Iterator[Check]:
    """Each with its version, or why it does not run here."""
    from edgetop.backends.availability import availabilities
    from edgetop.backends.registry import backend, names

    where = {name: server.python for name, server in served.items()}
    for name, found in availabilities(names(), where).items():
        version, title = found.version, backend(name).title
        if isinstance(version, Missing):
            yield Check(title, MISSING, version.reason, version.hint)
        else:
            yield Check(title, OK, version)
