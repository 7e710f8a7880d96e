"""``edgetop models write``: a model of the zoo in a framework's own format, at a place of the user's choice."""

from __future__ import annotations

import argparse
import os
import shutil

from edgetop.errors import CannotWrite, UnknownName
from edgetop.networks import zoo
from edgetop.networks.files import model_file
from edgetop.networks.writers import WRITERS


def write(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop models write``."""
    zoo.card(arguments.model)
    if arguments.format not in WRITERS:
        raise UnknownName(f"no format named {arguments.format!r}", f"Formats: {', '.join(WRITERS)}")
    written = model_file(arguments.model, arguments.format, arguments.precision or "fp32")
    for source, target in zip(written.paths, _targets(written.paths, arguments.output)):
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            raise CannotWrite(f"Cannot write {target}: {error.strerror}", "Choose another place with -o") from error
        print(target)
    return 0


def _targets(sources: tuple[str, ...], output: str) -> list[str]:
    """Where each file goes: the named place, its suffix exchanged where a format has two files."""
    if len(sources) == 1:
        return [output]
    stem = os.path.splitext(output)[0]
    return [stem + os.path.splitext(source)[1] for source in sources]
