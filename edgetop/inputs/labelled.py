"""A list of labelled pictures: a name and a label a line, the label a number from 0, a name, or a WNID of ImageNet."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from edgetop.errors import BadInput
from edgetop.inputs import wnids

LARGEST_BYTES = 64 << 20
FORM = "A line is a picture's name, a blank (a tab where names have blanks) or a comma, and its label"


@dataclass(frozen=True)
class Listed:
    """Names of pictures with the class of each; ``lines`` are where they stand in ``source``, if it has lines."""

    title: str
    names: tuple[str, ...]
    classes: tuple[int, ...]
    source: str
    lines: tuple[int, ...] = ()
    class_count: int = 0
    """0 where it is not known."""

    def place(self, number: int) -> str:
        """Where an entry stands, in words."""
        return f"{self.source}, line {self.lines[number]}" if self.lines else f"{self.source}, {self.names[number]}"


def read_lines(path: str) -> list[tuple[int, str]]:
    """Lines that say something, with their numbers, without comments by ``#``; raises BadInput."""
    try:
        if os.path.getsize(path) > LARGEST_BYTES:
            raise BadInput(f"{path} is too large for a list of labels", FORM)
        with open(path, encoding="utf-8-sig") as file:
            lines = [(number, line.strip()) for number, line in enumerate(file, 1)]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read {path}: {error}", FORM) from error
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def read_list(path: str, folder: str, labels: Sequence[str]) -> Listed:
    """The list in a file; ``labels`` are the names of the classes. Raises BadInput, with file and line."""
    lines = read_lines(path)
    entries = [_entry(path, number, line) for number, line in lines]
    if not entries:
        raise BadInput(f"{path} is empty", FORM)
    numbers = tuple(number for number, _ in lines)
    _refuse_twice(path, numbers, [name for name, _ in entries])
    named = [label for _, label in entries if wnids.is_wnid(label)]
    known = {**_numbered(labels), **wnids.numbers(named, folder, os.path.dirname(path))}
    classes = tuple(_class(path, number, label, known) for number, (_, label) in zip(numbers, entries))
    names = tuple(name for name, _ in entries)
    is_imagenet = bool(named) or all(name.startswith("ILSVRC2012_val_") for name in names)
    title = "ImageNet validation" if is_imagenet else "labelled pictures"
    return Listed(title, names, classes, path, numbers, wnids.COUNT if is_imagenet else 0)


def _entry(path: str, number: int, line: str) -> tuple[str, str]:
    parts = line.split("\t", 1) if "\t" in line else re.split(r"\s*,\s*|\s+", line, maxsplit=1)
    if len(parts) < 2:
        hint = FORM
        if line.isdigit():
            hint = (
                "A list of numbers alone, as in ImageNet's devkit, counts in the devkit's own order: see docs/accuracy"
            )
        raise BadInput(f"{path}, line {number}: no name and label in {line[:60]!r}", hint)
    return parts[0].strip(), parts[1].strip()


def _refuse_twice(path: str, numbers: Sequence[int], names: Sequence[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in zip(numbers, names):
        if seen.setdefault(name, number) != number:
            raise BadInput(f"{path}, line {number}: {name} stands in line {seen[name]} too", "Name each picture once")


def _numbered(labels: Sequence[str]) -> dict[str, int]:
    """Name to number, in small letters; -1 for names that two classes share."""
    known: dict[str, int] = {}
    for number, name in enumerate(labels):
        known[name.lower()] = -1 if name.lower() in known else number
    return known


def _class(path: str, number: int, label: str, known: dict[str, int]) -> int:
    where = f"{path}, line {number}"
    if label.isascii() and label.isdigit():
        return int(label[:18])
    found = known.get(label.lower())
    if found is None:
        close = get_close_matches(label.lower(), known, n=1)
        hint = f"Did you mean {close[0]}?" if close else FORM
        raise BadInput(f"{where}: no class is called {label[:60]!r}", hint)
    if found < 0:
        raise BadInput(f"{where}: two classes are called {label!r}", "Give the number of the one that is meant, from 0")
    return found
