"""Whose watts a session's energy is made of: one source for all runs, so that they compare."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from edgetop.errors import UsageError
from edgetop.plan import Plan
from edgetop.readings import COVERAGES, Channel

NONE = -1


def choose_power(plan: Plan, channels: Sequence[Channel], readable: Collection[int]) -> int:
    """The channel's id: of the rail that the plan names, or of the meter it sets up, there or not; or else of the
    readable source that sees most of the board; -1 where there is no source at all. Raises UsageError for a rail that
    is not here.
    """
    watts = [channel for channel in channels if channel.name.startswith("power.") and channel.unit == "W"]
    wanted = plan.power or (plan.ina219.name if plan.ina219.bus else "")
    named = [channel for channel in watts if channel.name == f"power.{wanted}.w"]
    if wanted and not named:
        rails = ", ".join(channel.name.split(".")[1] for channel in watts)
        raise UsageError(f"There is no power rail {wanted!r}", f"Choose one of {rails} with --power")
    if named:
        return named[0].id
    # The first of equal ones: the registry's order.
    best = sorted((channel for channel in watts if channel.id in readable), key=_rank)
    return (best or watts)[0].id if watts else NONE


def _rank(channel: Channel) -> int:
    return COVERAGES.index(channel.covers) if channel.covers in COVERAGES else len(COVERAGES)
