"""The clock that a Raspberry Pi's cores truly run at: the firmware lowers it without telling the kernel."""

from __future__ import annotations

from typing import Callable, Union

from edgetop.clock import now_ns
from edgetop.errors import ProbeError
from edgetop.probes import vcgencmd
from edgetop.readings import Channel, Missing, Reading

SOURCE = "vcgencmd measure_clock arm"


def parse_clock(answer: str) -> int:
    """Hertz of ``frequency(48)=1800457088``; raises ProbeError."""
    name, _, value = answer.strip().partition("=")
    if not name.startswith("frequency") or not value.isdigit():
        raise ProbeError(f"{SOURCE} answers {answer[:40]!r}", "Update the firmware")
    return int(value)


class TrueClockProbe:
    """Hertz as the firmware counts them; seldom, since each reading starts a process."""

    name = "true_clock"
    title = "true CPU clock"
    rate_hz = vcgencmd.CLOCK_HZ

    def __init__(self, ask: Callable[..., str] = vcgencmd.ask, clock_ns: Callable[[], int] = now_ns) -> None:
        self.channels = (Channel("clock.true", "Hz", "true clock", 1000.0, source=SOURCE),)
        self._ask = ask
        self._clock_ns = clock_ns

    def open(self) -> None:
        """Ask once; raises ProbeError where there is no such firmware."""
        parse_clock(self._ask("measure_clock", "arm"))

    def read(self) -> tuple[Union[Reading, Missing], ...]:
        """The clock, stamped between question and answer; raises ProbeError."""
        asked_ns = self._clock_ns()
        hertz = parse_clock(self._ask("measure_clock", "arm"))
        return (Reading((asked_ns + self._clock_ns()) // 2, float(hertz)),)

    def close(self) -> None:
        """Nothing is held."""
