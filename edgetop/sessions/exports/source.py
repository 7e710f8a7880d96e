"""What an export is made of: a stretch of a session, read second by second, and the final figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edgetop.backends.registry import run_title
from edgetop.plan import RunSpec
from edgetop.readings import Channel
from edgetop.samples import Batch, is_sound
from edgetop.sessions.reader import SessionReader
from edgetop.units import printable


@dataclass(frozen=True)
class Source:
    """A session's stretch [from_ns, until_ns) since its start, and what gives the result of ``replay --json``."""

    reader: SessionReader
    from_ns: int
    until_ns: int
    result: Callable[[], dict[str, Any]]

    def batches(self) -> Iterator[Batch]:
        """What was measured in the stretch, a second at a time, without the events that are not what they say."""
        for batch in self.reader.batches(self.from_ns, self.until_ns):
            yield replace(batch, events=tuple(filter(is_sound, batch.events)))

    @property
    def start_ns(self) -> int:
        """The session's start, as the batches' times count."""
        return self.reader.description.t0_mono_ns

    def run_names(self) -> dict[int, str]:
        """Each run's name, which no other run has."""
        return run_names(self.reader.description.plan.runs)

    def channels(self) -> dict[int, Channel]:
        """The probes' channels by their numbers."""
        return {channel.id: channel for channel in self.reader.description.channels}


def run_names(runs: Sequence[RunSpec]) -> dict[int, str]:
    """Framework and variant, and of model, precision and threads what differs; a number where that is not enough."""
    told = [(run.model, run.precision, f"{run.threads} thread{'s' if run.threads > 1 else ''}") for run in runs]
    varying = [place for place in range(3) if len({each[place] for each in told}) > 1]
    names: dict[int, str] = {}
    for run, each in zip(runs, told):
        name = printable(" ".join([run_title(run), *(each[place] for place in varying)]))
        names[run.id] = f"{name} #{run.id}" if name in names.values() else name
    return names
