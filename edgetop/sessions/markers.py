"""The moments of a session that are worth going to, made uniformly of its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Optional

from edgetop.clock import SECOND_NS
from edgetop.readings import Channel
from edgetop.samples import Event
from edgetop.sessions.description import Description
from edgetop.units import printable

KINDS = ("marker", "throttle", "error", "run", "sensor", "clock", "disk")
"""Of markers: the user's own, and those that edgetop sets."""
MARKING_EVENTS = ("marker", "throttle", "run", "missing", "back", "clock", "disk")
"""The kinds of events that markers are made of; others may be left out."""
_TOGETHER_NS = SECOND_NS
"""Channels of one sensor that go within this time have gone together."""


class Marker(NamedTuple):
    """A moment in nanoseconds since the session's start, its kind of KINDS, a few words, and whose it is if a run's."""

    t_ns: int
    kind: str
    title: str
    run: Optional[int] = None


def markers(events: Iterable[Event], description: Description) -> list[Marker]:
    """All markers of sound events (``samples.is_sound``) that come in order of time, in that order.

    What was so before the session's start is no marker, nor is a state that is told again.
    """
    states: dict[Optional[int], str] = {}
    sensors = _Sensors(description)
    found: list[Marker] = []
    for event in events:
        t_ns = event.t_ns - description.t0_mono_ns
        if event.kind == "run":
            made = _of_run(t_ns, event, states)
        elif event.kind in ("missing", "back"):
            made = sensors.marker(t_ns, event)
        else:
            made = _of_board(t_ns, event)
        if made is not None and (t_ns >= 0 or event.kind == "marker"):
            found.append(made)
    return found


def _of_run(t_ns: int, event: Event, states: dict[Optional[int], str]) -> Optional[Marker]:
    status = event.data.get("status", "")
    if not status or status == states.get(event.run):
        return None
    states[event.run] = status
    message = printable(event.data.get("message", ""))
    if status == "failed":
        return Marker(t_ns, "error", message or status, event.run)
    return Marker(t_ns, "run", f"{status}: {message}" if message else status, event.run)


def _of_board(t_ns: int, event: Event) -> Optional[Marker]:
    data = event.data
    if event.kind in ("marker", "disk"):
        return Marker(t_ns, event.kind, printable(data["text"]) or "marker", event.run)
    if event.kind == "throttle":
        return Marker(t_ns, "throttle", f"{printable(data['sign'])} {'begins' if data['on'] else 'ends'}")
    if event.kind == "clock":
        return Marker(t_ns, "clock", f"wall clock set by {data['step_ns'] / SECOND_NS:+.3f} s")
    return None


class _Sensors:
    """Which sensors are gone: a loss is told once, for all of a sensor's channels, and so is its return."""

    def __init__(self, description: Description) -> None:
        self._channels = {channel.id: channel for channel in description.channels if channel.run is None}
        self._gone: set[int] = set()
        self._told_ns: dict[tuple[str, str], int] = {}

    def marker(self, t_ns: int, event: Event) -> Optional[Marker]:
        channel = self._channels.get(event.data["channel"])
        lost = event.kind == "missing"
        if channel is None or lost == (channel.id in self._gone):
            return None  # a worker's, whose run tells it, or told before with another reason
        (self._gone.add if lost else self._gone.discard)(channel.id)
        sensor = _sensor(channel)
        told_ns = self._told_ns.get((sensor, event.kind))
        if told_ns is not None and t_ns - told_ns < _TOGETHER_NS:
            return None
        self._told_ns[sensor, event.kind] = t_ns
        said = f"is gone: {printable(event.data['reason'])}" if lost else "is back"
        return Marker(t_ns, "sensor", f"{printable(sensor)} {said}")


def _sensor(channel: Channel) -> str:
    return channel.source or channel.title
