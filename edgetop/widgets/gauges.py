"""Finding gauges by the dotted names of their channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop.protocol import Gauge
from edgetop.readings import Missing


@dataclass(frozen=True)
class Rail:
    """What is known of one measured supply: watts, volts, amperes."""

    name: str
    watts: Gauge
    volts: Optional[Gauge]
    amperes: Optional[Gauge]

    @property
    def readable(self) -> bool:
        """Whether it gives watts."""
        return not isinstance(self.watts.value, Missing)


def in_group(gauges: Sequence[Gauge], group: str) -> list[Gauge]:
    """The gauges of ``group``, the first part of their names."""
    return [gauge for gauge in gauges if gauge.channel.name.split(".", 1)[0] == group]


def named(gauges: Sequence[Gauge], name: str) -> Optional[Gauge]:
    """The gauge of channel ``name``, or None."""
    return next((gauge for gauge in gauges if gauge.channel.name == name), None)


def cores(gauges: Sequence[Gauge]) -> list[Gauge]:
    """``cpu.0``, ``cpu.1`` and so on, in order of their numbers."""
    found = [gauge for gauge in in_group(gauges, "cpu") if gauge.channel.name[4:].isdigit()]
    return sorted(found, key=lambda gauge: int(gauge.channel.name[4:]))


def rails(gauges: Sequence[Gauge]) -> list[Rail]:
    """``power.<rail>.w`` with its ``.v`` and ``.a`` where there are any."""
    found = []
    for gauge in in_group(gauges, "power"):
        stem, _, quantity = gauge.channel.name.rpartition(".")
        if quantity == "w":
            found.append(Rail(stem, gauge, named(gauges, f"{stem}.v"), named(gauges, f"{stem}.a")))
    return found


def lone_volts(gauges: Sequence[Gauge]) -> list[Gauge]:
    """Volts of supplies whose watts are not told, as of what feeds a Raspberry Pi 5."""
    known = {rail.name for rail in rails(gauges)}
    volts = [gauge for gauge in in_group(gauges, "power") if gauge.channel.unit == "V"]
    return [g for g in volts if g.channel.name.rpartition(".")[0] not in known and not isinstance(g.value, Missing)]


def session_rail(found: Sequence[Rail], power: str) -> Optional[Rail]:
    """The rail whose watts energy is made of: channel ``power``, or without a name the first that gives watts."""
    chosen = [rail for rail in found if rail.watts.channel.name == power]
    readable = [rail for rail in found if rail.readable]
    return next(iter([*chosen, *readable, *found]), None)
