"""The operators of some inferences, each timed in each, as the mean rows of a profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from edgetop.backends.base import OperatorTime, Profile


class Step(NamedTuple):
    """One step of one inference."""

    name: str
    """Empty where the framework does not tell."""
    type: str
    start_ns: int
    """On any clock; the first step of an inference begins at its zero."""
    duration_ns: int


def profile_of(inferences: Sequence[Sequence[Step]], durations_ns: Sequence[int]) -> Profile:
    """The mean of each operator; the steps that bear one name are one operator, in the order they first come.

    A step without a name is called by its type and its place among those of that type. Every inference has the
    same steps.
    """
    count = len(inferences)
    places: dict[str, list[int]] = {}
    seen: dict[str, int] = {}
    for place, row in enumerate(inferences[0]):
        seen[row.type] = seen.get(row.type, 0) + 1
        places.setdefault(row.name or f"{row.type} #{seen[row.type]}", []).append(place)
    operators = []
    for name, own in places.items():
        total = sum(rows[place].duration_ns for rows in inferences for place in own)
        begin = sum(rows[own[0]].start_ns - rows[0].start_ns for rows in inferences)
        types = dict.fromkeys(inferences[0][place].type for place in own)
        operators.append(OperatorTime(name, " + ".join(types), total / count, _calls(own), begin / count))
    return Profile(tuple(operators), tuple(durations_ns))


def _calls(places: Sequence[int]) -> int:
    """How often an operator is come back to: steps that follow one another are one call."""
    return 1 + sum(after - before > 1 for before, after in zip(places, places[1:]))
