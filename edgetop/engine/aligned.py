"""Where two recorded sessions lie on one axis of time: by their starts, by when measuring began, or by a marker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop.engine.series import COLUMN_NS
from edgetop.errors import UsageError
from edgetop.sessions.markers import Marker

START, RUN, MARKER = "start", "run", "marker"
_WORDS = {START: "their starts", RUN: "where measuring began"}


@dataclass(frozen=True)
class Alignment:
    """How far each session is moved on, in nanoseconds, whole columns of the charts; and by what, in words."""

    offsets_ns: tuple[int, int]
    by: str


def aligned(how: str, markers: Sequence[Sequence[Marker]], runs: Sequence[Collection[int]]) -> Alignment:
    """Of two sessions by the markers and the runs of each; raises UsageError for what is not understood or not there.

    ``how`` is ``start``, ``run`` (where the first of the runs began to be measured), ``marker`` or ``marker:NAME``
    (where the user set the first one, or the first of that name); empty for ``run``, or ``start`` where one session
    does not tell.
    """
    kind, _, name = (how or RUN).partition(":")
    if kind not in (START, RUN, MARKER) or (name and kind != MARKER):
        raise UsageError(f"--align {how} is not understood", "It is start, run, marker or marker:NAME")
    moments = [_moment(kind, name, told, of) for told, of in zip(markers, runs)]
    if None in moments and not how:
        kind, moments = START, [0, 0]
    for letter, moment in zip("AB", moments):
        if moment is None:
            what = f"no marker {name}".rstrip() if kind == MARKER else "no run that was measured"
            raise UsageError(f"{letter} has {what} to align by", "--align start sets both starts together")
    first, second = (moment or 0 for moment in moments)
    columns = round((first - second) / COLUMN_NS)
    return Alignment((max(0, -columns) * COLUMN_NS, max(0, columns) * COLUMN_NS), _WORDS.get(kind) or _by_marker(name))


def _by_marker(name: str) -> str:
    return f"the marker {name}" if name else "their first markers"


def _moment(kind: str, name: str, markers: Sequence[Marker], runs: Collection[int]) -> Optional[int]:
    if kind == START:
        return 0
    for mark in markers:
        if kind == RUN and mark.kind == "run" and mark.run in runs and mark.title.startswith("running"):
            return mark.t_ns
        if kind == MARKER and mark.kind == "marker" and name in ("", mark.title):
            return mark.t_ns
    return None
