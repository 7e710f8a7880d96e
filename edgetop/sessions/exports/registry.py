"""The formats by their names; nothing is imported until one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from edgetop.errors import UnknownName, UsageError
from edgetop.sessions.exports.source import Source

Write = Callable[[Source, BinaryIO], None]


@dataclass(frozen=True)
class Format:
    """One format: the module whose ``write`` writes it, and what is to be known before."""

    module: str
    is_text: bool = True
    """Whether it may go to standard output."""
    package: str = ""
    """What it needs beside edgetop; the extra has the format's name."""
    whole_only: bool = False
    """Whether it is of the whole session: figures are, a stretch has none of its own."""


FORMATS = {
    "csv": Format("edgetop.sessions.exports.csv_rows"),
    "json": Format("edgetop.sessions.exports.result_json", whole_only=True),
    "parquet": Format("edgetop.sessions.exports.parquet", is_text=False, package="pyarrow"),
    "trace": Format("edgetop.sessions.exports.chrome_trace"),
    "mcap": Format("edgetop.sessions.exports.mcap_messages", is_text=False, package="mcap"),
}


def known(name: str) -> Format:
    """The format of that name; raises UnknownName."""
    if name not in FORMATS:
        raise UnknownName(f"Unknown format {name!r}", f"Formats are {', '.join(FORMATS)}")
    return FORMATS[name]


def writer(name: str) -> Write:
    """What writes the format; raises UnknownName, or UsageError where the package that it needs is missing."""
    chosen = known(name)
    try:
        write: Write = import_module(chosen.module).write
    except ImportError as error:
        if not chosen.package:
            raise
        raise UsageError(
            f"{name} needs {chosen.package}, which cannot be imported: {error}", f"pip install 'edgetop[{name}]'"
        ) from error
    return write
