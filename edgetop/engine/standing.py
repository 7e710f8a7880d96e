"""What remains true of what was told: a recording that begins in the midst of a measurement begins with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable

from edgetop.samples import Event

_NEWEST = ("outputs", "picture", "operators", "accuracy")
"""Kinds of which the newest of each run holds all that there is to know."""


class Standing:
    """Takes in all events; gives those that a later reader has to know."""

    def __init__(self) -> None:
        self._events: dict[Hashable, Event] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Take in events in order of time."""
        for event in events:
            if event.kind == "run":
                self._add_state(event)
            elif event.kind in _NEWEST:
                self._events[event.kind, event.run] = event
            elif event.kind in ("missing", "back"):
                self._set("missing", event.data["channel"], event, on=event.kind == "missing")
            elif event.kind == "throttle":
                self._set("throttle", event.data["sign"], event, on=event.data["on"])

    def _add_state(self, event: Event) -> None:
        """Of a run: each event tells what has changed, all of them together its state."""
        before = self._events.get(("run", event.run))
        data = {**before.data, **event.data} if before is not None else event.data
        self._events["run", event.run] = dataclasses.replace(event, data=data)

    def _set(self, kind: str, whose: Hashable, event: Event, *, on: bool) -> None:
        self._events.pop((kind, whose), None)
        if on:
            self._events[kind, whose] = event

    def events(self) -> tuple[Event, ...]:
        """In order of time, at the times at which they were told."""
        return tuple(sorted(self._events.values(), key=lambda event: event.t_ns))
