"""What holds the machine back: under-voltage 1, a capped clock 2, throttling 4, the soft temperature limit 8."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Callable, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes import vcgencmd
from edgetop.probes.throttle_signs import Firmware, Sign, find_signs, is_raspberry_pi
from edgetop.readings import Channel, Missing, Reading

SOURCE = "vcgencmd, /sys/class/thermal, /sys/devices/system/cpu"


def _channels(source: str) -> tuple[Channel, ...]:
    return (
        Channel("throttle.now", "", "held back now", 1.0, source=source, charted=True),
        Channel("throttle.since", "", "held back since the start", 1.0, source=source),
    )


class ThrottleProbe:
    """The bits now, which are those of any time since the last reading, and all since the session began."""

    name = "throttle"
    title = "throttling"
    rate_hz = 1.0

    def __init__(
        self, root: str = "/", clock_ns: Callable[[], int] = now_ns, ask: Callable[..., str] = vcgencmd.ask
    ) -> None:
        self.channels = _channels(SOURCE)
        self._root = root
        self._clock_ns = clock_ns
        self._ask = ask
        self._signs: tuple[Sign, ...] = ()
        self._unread = 0
        self._since = 0
        self._is_open = False

    def open(self) -> None:
        """Find where the machine tells it; raises ProbeError where it does not."""
        if self._signs:
            self._unread |= _look(self._signs)  # the same places again: what they have told still counts
        else:
            self._find()
        self._is_open = True

    def _find(self) -> None:
        """The firmware where it answers, else all other signs there are."""
        problem = ProbeError("this machine does not tell whether it throttles", "Virtual machines do not")
        firmware: tuple[Sign, ...] = (Firmware(self._ask),) if is_raspberry_pi(self._root) else ()
        silent = ""
        for signs in filter(None, (firmware, find_signs(self._root, self._clock_ns))):
            try:
                self._unread |= _look(signs)
            except ProbeError as error:
                problem, silent = error, f"; {error.title}"
                _close(signs)
                continue
            self._signs = signs
            if signs is firmware:
                self.rate_hz = vcgencmd.THROTTLE_HZ
            self.channels = _channels(", ".join(sign.source for sign in signs) + silent)
            return
        raise problem

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """Now and since; raises ProbeError when a place where it was told is gone."""
        if not self._is_open:
            raise ProbeError("the throttling probe is not open", "Open it first")
        now, self._unread = self._unread | _look(self._signs), 0
        self._since |= now
        t_ns = self._clock_ns()
        return Reading(t_ns, now), Reading(t_ns, self._since)

    def close(self) -> None:
        """Let go of the files."""
        self._is_open = False
        _close(self._signs)


def _close(signs: Sequence[Sign]) -> None:
    for sign in signs:
        sign.close()


def _look(signs: Sequence[Sign]) -> int:
    return reduce(or_, (sign.bits() for sign in signs))
