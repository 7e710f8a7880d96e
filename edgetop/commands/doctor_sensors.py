"""The doctor on sensors: each is opened, and of those that answer one is the source of energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edgetop.commands.doctor_check import BAD, MISSING, OK, WARN, Check
from edgetop.commands.doctor_power import meter, whose_watts
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.base import Probe
from edgetop.probes.registry import machine_probes
from edgetop.readings import Channel

CHANNELS_SHOWN = 6
_LOOKED_AT = ("heat", "throttle")
"""Of these the doctor tells what they give, under what distorts a measurement."""


class Sensors:
    """All probes of a machine: the meters that are set up, other sources of power, and the rest."""

    def __init__(self, ina219: Ina219Settings, meters: Sequence[Ina219Settings], rail: str) -> None:
        probes = machine_probes(ina219, meters)
        self.meters = tuple(zip((ina219, *meters), (probe for probe in probes if probe.name == "ina219")))
        others = [probe for probe in probes if probe.name != "ina219"]
        self.of_power = [probe for probe in others if _is_of_power(probe)]
        self.others = [probe for probe in others if not _is_of_power(probe) and probe.name not in _LOOKED_AT]
        self._ina219, self._rail = ina219, rail
        self._channels: list[Channel] = []
        self._readable: set[int] = set()

    def look_at_meter(self, settings: Ina219Settings, probe: Probe) -> Iterator[Check]:
        """Whether it answers, and plausibly."""
        for check in meter(settings, probe):
            self._keep(probe, check.state in (OK, WARN))
            yield check

    def look_at(self, probe: Probe) -> Iterator[Check]:
        """Whether it can be opened, and what it gives."""
        try:
            probe.open()
        except ProbeError as error:
            self._keep(probe, False)
            yield Check(probe.title, MISSING, error.title, error.hint)
        except Exception as error:  # the edge to a probe, which may be another package's: it is told, not raised
            yield Check(probe.title, BAD, f"{type(error).__name__}: {error}", "Tell the probe's makers")
        else:
            self._keep(probe, True)
            yield Check(probe.title, OK, _shortened([channel.name for channel in probe.channels]))
            probe.close()

    def _keep(self, probe: Probe, readable: bool) -> None:
        first = len(self._channels)
        self._channels += [replace(channel, id=first + number) for number, channel in enumerate(probe.channels)]
        if readable:
            self._readable |= set(range(first, len(self._channels)))

    def energy(self) -> Iterator[Check]:
        """Whose watts make the energy, of those that have been looked at."""
        yield whose_watts(self._ina219, self._rail, self._channels, self._readable)


def _is_of_power(probe: Probe) -> bool:
    return any(channel.name.startswith("power.") for channel in probe.channels)


def _shortened(names: Sequence[str]) -> str:
    if len(names) <= CHANNELS_SHOWN + 1:
        return ", ".join(names)
    return f"{', '.join(names[:CHANNELS_SHOWN])}, and {len(names) - CHANNELS_SHOWN} more"
