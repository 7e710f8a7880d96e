"""What limits a board: low supply, a capped clock, throttling, the soft temperature limit; as bits, letters, words."""

from __future__ import annotations

from bisect import bisect_left

from edgetop.widgets.cells import Span
from edgetop.widgets.history import Series

NOW, SINCE = "throttle.now", "throttle.since"
"""The channels whose readings are such bits."""
LIMITS = ((1, "U", "under-voltage"), (2, "C", "capped"), (4, "T", "throttled"), (8, "S", "soft limit"))
GRAVE = 1 | 4


def letters(bits: int) -> str:
    """A letter for each bit: ``UT``."""
    return "".join(letter for bit, letter, _ in LIMITS if bits & bit)


def words(bits: int) -> tuple[str, ...]:
    """The letter and a word for each bit: ``U under-voltage``."""
    return tuple(f"{letter} {word}" for bit, letter, word in LIMITS if bits & bit)


def ink(bits: int) -> str:
    """Of a text that tells these bits."""
    return "bad" if bits & GRAVE else "warn"


def legend(bits: int, room: int) -> str:
    """As many of the words as ``room`` cells hold."""
    told = words(bits)
    while told and len("  ".join(told)) > room:
        told = told[:-1]
    return "  ".join(told)


def sign(bits: int, place: int) -> Span:
    """The letter of a cell at ``place``: where there are several bits they take turns."""
    if not bits:
        return (" ", "")
    told = letters(bits)
    return (told[place % len(told)], ink(bits))


def marks(series: Series, first: int, end: int) -> list[int]:
    """The bits of the columns from ``first`` up to, not with, ``end``; empty where there are none.

    Between two readings, both of them hold: a limit may have begun, or ended, at any time between.
    """
    at = max(0, bisect_left(series.places, first) - 1)
    if not any(point[2] for point in series.points[at:]):
        return []
    found = [0] * max(0, end - first)
    for number in range(at, len(series.places)):
        place, here = series.places[number], _bits(series, number)
        last = number + 1 == len(series.places)
        until, there = (end, here) if last else (series.places[number + 1], _bits(series, number + 1))
        if first <= place < end:
            found[place - first] = here
        start, stop = max(first, place + 1), min(end, until)
        if stop > start:
            found[start - first : stop - first] = [here | there] * (stop - start)
    return found if any(found) else []


def _bits(series: Series, number: int) -> int:
    least, _, greatest = series.points[number]
    return int(least) | int(greatest)
