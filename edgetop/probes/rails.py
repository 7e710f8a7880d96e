"""Supplies whose volts, amperes and watts the kernel keeps in files: what all such probes have in common."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Callable, Optional, Union

from edgetop.clock import SECOND_NS, now_ns
from edgetop.errors import ProbeError
from edgetop.probes.sysfs import NumberFiles
from edgetop.readings import Channel, Missing, Reading

MILLI, MICRO = 1e-3, 1e-6
MOST = 1e6
"""Of any unit: a driver that gives more is broken."""
LOOK_AGAIN_NS = 10 * SECOND_NS
"""So often rails that have gone are looked for: their files have other names when they come back."""

Value = Union[Reading, Missing]
File = tuple[str, float]
"""A path, and the size of the unit of its number."""

_QUANTITIES = {"w": ("W", "power", MICRO), "v": ("V", "voltage", MILLI), "a": ("A", "current", MILLI)}


@dataclass(frozen=True)
class Rail:
    """One supply and the files that tell of it; without a file of watts they are the product of the others."""

    name: str
    title: str
    source: str
    covers: str
    files: dict[str, File]
    """By the quantity: w, v, a."""

    def channels(self) -> tuple[Channel, ...]:
        """Watts, volts and amperes, as far as they are told."""
        told = {*self.files, *("w" if {"v", "a"} <= self.files.keys() else "")}
        return tuple(self._channel(key) for key in _QUANTITIES if key in told)

    def _channel(self, key: str) -> Channel:
        unit, what, scale = _QUANTITIES[key]
        title = f"{self.title} {what}"
        name = f"power.{self.name}.{key}"
        return Channel(name, unit, title, scale, source=self.source, charted=key == "w", covers=self.covers)


def rail_name(text: str, taken: Collection[str] = ()) -> str:
    """A name without a dot that can be typed, of any label; numbered where it is taken."""
    name = stem = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-") or "rail"
    number = 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def product(volts: Value, amperes: Value) -> Value:
    """Watts, in the middle between the two readings."""
    if isinstance(volts, Missing) or isinstance(amperes, Missing):
        return amperes if isinstance(volts, Reading) else volts
    return Reading((volts.t_ns + amperes.t_ns) // 2, volts.value * amperes.value)


class RailProbe:
    """Reads the rails that ``find`` finds, which are those of the first look for good; the base of such probes."""

    name = "rails"
    title = "power of rails"
    rate_hz = 10.0
    absent = ("there is no such sensor", "Nothing is to be done")
    """Title and hint where there is none."""

    def __init__(self, root: str = "/", clock_ns: Callable[[], int] = now_ns) -> None:
        nothing = Rail(self.name, self.name, "/sys", "", {"w": ("", 1.0)})
        self.channels: tuple[Channel, ...] = nothing.channels()
        self._root = root
        self._clock_ns = clock_ns
        self._rails: tuple[Rail, ...] = ()
        self._files: Optional[NumberFiles] = None
        self._looked_ns = 0

    def find(self) -> Sequence[Rail]:
        """The rails that are here now."""
        raise NotImplementedError

    def open(self) -> None:
        """Find the rails; raises ProbeError where there is none, or none that can be read."""
        self._look()
        if not self._rails:
            raise ProbeError(*self.absent)
        values = self.read()
        if all(isinstance(value, Missing) for value in values):
            self.close()
            raise ProbeError(values[0].reason, self.why_unreadable(values[0].reason))  # type: ignore[union-attr]

    def why_unreadable(self, reason: str) -> str:
        """What to do about rails that are here and give nothing."""
        denied = "Permission denied" in reason
        return "Let users read it: sudo chmod a+r on that file" if denied else "See what dmesg says of its driver"

    def _look(self) -> None:
        self._looked_ns = self._clock_ns()
        found = self.find()
        if not self._rails:
            self._rails = tuple(found)
            if found:
                self.channels = tuple(channel for rail in found for channel in rail.channels())
        here = {rail.name: rail for rail in found}
        self._rails = tuple(here.get(rail.name, rail) for rail in self._rails)
        self.close()
        paths = tuple(path for rail in self._rails for path, _ in rail.files.values())
        self._files = NumberFiles(paths, self._clock_ns)

    def read(self) -> tuple[Value, ...]:
        """Each rail's watts, volts and amperes; raises ProbeError when all are gone."""
        if self._files is None:
            raise ProbeError(f"{self.title}: not open", "Open it first")
        numbers = iter(self._files.read(1.0))
        values = tuple(value for rail in self._rails for value in _values(rail, [next(numbers) for _ in rail.files]))
        lost = any(isinstance(value, Missing) for value in values)
        if lost and self._clock_ns() - self._looked_ns >= LOOK_AGAIN_NS:
            self._look()
        return values

    def close(self) -> None:
        """Let go of the files."""
        if self._files is not None:
            self._files.close()
            self._files = None


def _values(rail: Rail, numbers: Sequence[Value]) -> list[Value]:
    """In the order of the rail's channels."""
    told = {key: _sized(number, unit) for (key, (_, unit)), number in zip(rail.files.items(), numbers)}
    if "w" not in told and {"v", "a"} <= told.keys():
        told["w"] = product(told["v"], told["a"])
    return [told[key] for key in _QUANTITIES if key in told]


def _sized(number: Value, unit: float) -> Value:
    if isinstance(number, Missing):
        return number
    value = number.value * unit
    return Reading(number.t_ns, value) if abs(value) <= MOST else Missing("the driver gives an impossible number")
