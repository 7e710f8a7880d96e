"""The names of COCO's classes."""

from __future__ import annotations

from functools import cache

from edgetop.config import asset

BACKGROUND = "background"


@cache
def coco_labels(classes: int) -> tuple[str, ...]:
    """The class names of a detector with so many classes, in their order; raises ValueError for another number.

    90 is COCO's own numbering, in which ten numbers have no name; 91 has the background before them; 80 leaves
    the nameless ones out.
    """
    with open(asset("coco_labels.txt"), encoding="utf-8") as file:
        names = tuple(file.read().splitlines())
    known = {90: names, 91: (BACKGROUND, *names), 80: tuple(name for name in names if name)}
    if classes not in known:
        raise ValueError(f"no names of {classes} classes")
    return known[classes]


def named(labels: tuple[str, ...], number: int) -> str:
    """The name of a class, or its number where it has none."""
    return (labels[number] if 0 <= number < len(labels) else "") or f"class {number}"
