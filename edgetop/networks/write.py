"""Writes a model of the zoo to disk, in a process of its own.

``python -m edgetop.networks.write NAME FORMAT PRECISION OUT``: OUT is a path without suffix. The engine starts
it, so that torch and the arrays of a whole network never enter its memory.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from edgetop.errors import EdgetopError, UnknownName
from edgetop.networks import zoo
from edgetop.networks.writers import SUFFIXES, write

CANNOT_WRITE = 4
"""The exit code for a place that cannot be written."""


def write_model(name: str, format: str, precision: str, out: str) -> None:
    """The model's files: ``out`` with each of the format's suffixes; raises UnknownName, OSError."""
    precisions = zoo.card(name).precisions
    if precision not in precisions:
        raise UnknownName(f"{name} has no precision {precision!r}", f"Precisions: {', '.join(precisions)}")
    contents = write(zoo.build(name), format, precision)
    for suffix, content in zip(SUFFIXES[format], contents):
        with open(out + suffix, "wb") as file:
            file.write(content)


def main(arguments: Sequence[str]) -> int:
    """Write one model; the last line on stderr says what went wrong."""
    name, format, precision, out = arguments
    try:
        write_model(name, format, precision, out)
    except EdgetopError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)
        return CANNOT_WRITE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
