"""What a sensor must be able to do for edgetop: open, read, close."""

from __future__ import annotations

from typing import Protocol, Union

from edgetop.readings import Channel, Missing, Reading


class Probe(Protocol):
    """One sensor, or one source of several quantities.

    ``open`` finds out what there is and fixes ``channels``; it may be called again after ``close``, when a
    sensor has come back, and gives the same channels then. Where it fails, ``channels`` still holds those
    that would be there, at least one, so that the absence is shown with its reason. ``read`` answers in the
    order of ``channels``. A quantity that is absent at the moment is Missing with its reason; a sensor that is
    gone as a whole raises ProbeError, after which the sampler closes it and tries to open it again with
    growing pauses. A reading with the stamp of the one before it is that one again: nothing new was measured.

    A probe may say more of itself, so that it costs less. One whose ``read`` waits for its sensor's next value has an
    attribute ``waits`` that is true, and is called again at once, so that the sensor sets the pace. It may have a
    method ``gather(until_ns)`` besides, which is called in the place of ``read`` and gives a list of what that would
    have given time and again until then. One that only asks the kernel for what it knows anyway, which never takes
    long, has an attribute ``shares``, and is read by one thread with all others of its kind.
    """

    name: str
    title: str
    channels: tuple[Channel, ...]
    rate_hz: float

    def open(self) -> None:
        """Take hold of the sensor; raises ProbeError."""

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """One value a channel, at most ``rate_hz`` times a second; raises ProbeError when the sensor is gone."""

    def close(self) -> None:
        """Let go of the sensor; never raises."""
