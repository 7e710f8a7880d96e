"""Two recorded sessions as one source of a replay, on one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from typing import Optional

from edgetop.clock import SECOND_NS
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.aligned import aligned
from edgetop.engine.compared import NOT_INTERLEAVED, Pair, Session, compared, weights_of
from edgetop.engine.overview import joined, overview
from edgetop.engine.pair_aggregate import PairAggregate, PairBatch, Part, Shown
from edgetop.engine.recorded import Recorded
from edgetop.plan import MAX_RUNS, Plan, RunSpec
from edgetop.protocol import Overview
from edgetop.samples import Batch, Event, is_sound
from edgetop.sessions.description import Description
from edgetop.sessions.reader import SessionReader

_STEP_NS = 60 * SECOND_NS
"""Read at once without a pace."""
_MOMENTS = ("%H:%M", "%H:%M:%S"), ("%m-%d", "%Y-%m-%d")
"""What sessions of one day are called by, and those of several: their columns are narrow."""


class PairRecorded:
    """Reads both as ``Recorded`` reads one; the axis begins at 0.

    ``align`` and ``runs`` are as ``aligned`` and ``compared`` have them. Raises BadSession, then and later, and
    UsageError where the two cannot be compared so.
    """

    def __init__(self, first: str, second: str, align: str = "", runs: str = "") -> None:
        with ExitStack() as opened:
            self._recordings = [opened.enter_context(closing(Recorded(path))) for path in (first, second)]
            self._arrange([recorded.reader for recorded in self._recordings], align, runs)
            opened.pop_all()
        self._measure()

    def _arrange(self, readers: Sequence[SessionReader], align: str, named: str) -> None:
        names = names_of([reader.description for reader in readers])
        sessions = [_session(name, reader) for name, reader in zip(names, readers)]
        found = compared(sessions[0], sessions[1], named)
        pairs, left_out = _shown(found.pairs)
        numbers = {run: number for number, run in enumerate(dict.fromkeys(run for pair in pairs for run in pair))}
        runs = [{run: number for (of, run), number in numbers.items() if of == nth} for nth in (0, 1)]
        alignment = aligned(align, [reader.markers() for reader in readers], runs)
        self._parts = tuple(
            Part(
                name=session.name,
                start_ns=session.description.t0_mono_ns,
                offset_ns=alignment.offsets_ns[nth],
                runs=runs[nth],
                first=nth == 0,
            )
            for nth, session in enumerate(sessions)
        )
        self._shown = Shown(
            tuple((numbers[one], numbers[other]) for one, other in pairs),
            (*found.warnings, *left_out, f"aligned by {alignment.by}; {NOT_INTERLEAVED}"),
            found.other_watts,
        )
        self.description = self._described(sessions)

    def _described(self, sessions: Sequence[Session]) -> Description:
        """The first session's, with the runs of both as they are shown."""
        specs: list[RunSpec] = []
        for part, session in zip(self._parts, sessions):
            known = {spec.id: spec for spec in session.description.plan.runs}
            specs += [replace(known[run], id=number) for run, number in part.runs.items()]
        board = sessions[0].description.machine.get("board", "")
        return replace(
            sessions[0].description,
            t0_mono_ns=0,
            plan=Plan(tuple(sorted(specs, key=lambda spec: spec.id))),
            machine={"board": f"{sessions[0].name} {board}".strip()},
        )

    # ---- as Recorded

    @property
    def goes_on(self) -> bool:
        """Whether one of them is still being recorded."""
        return any(recorded.goes_on for recorded in self._recordings)

    def look_again(self, t_ns: int) -> bool:
        """Whether there is more now, at this time of the clock."""
        more = [recorded.look_again(t_ns) for recorded in self._recordings if recorded.goes_on]
        self._measure()
        return any(more)

    def _measure(self) -> None:
        """To the end of the longer one; while one is being recorded, no further than is known of it."""
        each = [
            (part.offset_ns + recorded.duration_ns, recorded.goes_on)
            for part, recorded in zip(self._parts, self._recordings)
        ]
        known = [end_ns for end_ns, goes_on in each if goes_on]
        self.duration_ns = min(known) if known else max(end_ns for end_ns, _ in each)

    def aggregate(self) -> PairAggregate:
        """What the batches are to be added to."""
        aggregates = [Aggregate(recorded.description) for recorded in self._recordings]
        return PairAggregate(self._parts, self._shown, aggregates)

    def overview(self) -> Overview:
        """Both at once."""
        told = [(part, overview(recorded.reader)) for part, recorded in zip(self._parts, self._recordings)]
        return joined([(part.offset_ns, part.overview(each)) for part, each in told], self.duration_ns)

    def batch(self, from_ns: int, until_ns: int) -> Batch:
        """What was measured in [from, until) of the axis; to a session's end, with the end itself."""
        parts = [
            _part(recorded, from_ns - part.offset_ns, until_ns - part.offset_ns)
            for part, recorded in zip(self._parts, self._recordings)
        ]
        events = [event for part, batch in zip(self._parts, parts) for event in _events(part, batch)]
        return PairBatch(until_ns, events=tuple(events), parts=tuple(parts))

    def whole(self) -> Iterator[Batch]:
        """All of it, a minute at a time."""
        for from_ns in range(0, self.duration_ns, _STEP_NS):
            yield self.batch(from_ns, min(from_ns + _STEP_NS, self.duration_ns))

    def close(self) -> None:
        """Let go of both files."""
        for recorded in self._recordings:
            recorded.close()


def _part(recorded: Recorded, from_ns: int, until_ns: int) -> Batch:
    """Of one session by its own time; nothing before it begins, nor after it has ended."""
    if until_ns <= 0 or from_ns >= recorded.duration_ns:
        return Batch(0)
    return recorded.batch(max(0, from_ns), min(until_ns, recorded.duration_ns))


def _events(part: Part, batch: Batch) -> Iterator[Event]:
    """Those of shown runs, by their numbers; the picture that the first session's runs see."""
    for event in batch.events:
        if event.run in part.runs or (event.kind == "picture" and part.first):
            yield replace(event, run=None if event.run is None else part.runs[event.run])


def _session(name: str, reader: SessionReader) -> Session:
    """What is known of it without its samples: what its runs are, and whether anything was measured of them."""
    description = reader.description
    aggregate = Aggregate(description)
    aggregate.add(Batch(description.t0_mono_ns, events=tuple(filter(is_sound, reader.events("run")))))
    runs = tuple(replace(run, count=_count(reader, run.run)) for run in aggregate.snapshot().runs)
    return Session(name, reader.path, description, runs, weights_of(reader))


def _count(reader: SessionReader, run: int) -> int:
    return sum(row.n for row in reader.overview(reader.latency_channel(run), 1))


Placed = tuple[int, int]
"""A run as the number of its session, 0 or 1, and its own."""


def _shown(pairs: Sequence[Pair]) -> tuple[list[tuple[Placed, Placed]], list[str]]:
    """As many pairs as the screen has room for runs, and what is said of the others."""
    shown: list[tuple[Placed, Placed]] = []
    left_out: list[str] = []
    for pair in pairs:
        placed = (0, pair.first.run), (1, pair.second.run)
        if len({run for each in (*shown, placed) for run in each}) <= MAX_RUNS:
            shown.append(placed)
        else:
            left_out.append(pair.first.title)
    why = f"not shown, for more than {MAX_RUNS} runs: {', '.join(left_out)}; --runs says which are"
    return shown, [why] if left_out else []


def names_of(sessions: Sequence[Description]) -> tuple[str, str]:
    """What two sessions are called: by their local times where these differ, or 1st and 2nd: runs have letters."""
    moments = [_moment(session.t0_unix_ns) for session in sessions]
    if None not in moments:
        one_day = len({f"{moment:%Y-%m-%d}" for moment in moments}) == 1
        for form in _MOMENTS[0] if one_day else _MOMENTS[1]:
            first, second = (f"{moment:{form}}" for moment in moments)
            if first != second:
                return first, second
    return "1st", "2nd"


def _moment(t_ns: int) -> Optional[datetime]:
    try:
        return datetime.fromtimestamp(t_ns / SECOND_NS)
    except (ValueError, OverflowError, OSError):  # a file may claim any moment
        return None
