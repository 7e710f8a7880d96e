"""When a conversion of the INA219 ends: one look at the chip for most of them, whatever its clock."""

from __future__ import annotations

from typing import Callable, Optional

from edgetop.clock import SECOND_NS

_POLLS = 18  # looks in a period, where the first finds it going on
# By which the reckoned period follows the chip's clock, which may be off by a tenth: shorter while the first look
# finds a conversion ended, longer when it finds it going on, so that one look is enough most times.
_SHORTER, _LONGER = 1 / 450, 1 / 110  # of a period


class Pace:
    """Follows the conversions of a chip that takes ``period_ns`` for one by its data sheet."""

    def __init__(self, period_ns: int, clock_ns: Callable[[], int], sleep: Callable[[float], None]) -> None:
        self._nominal_ns = self._period_ns = period_ns
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._end_ns = 0

    def restart(self) -> None:
        """A new conversion begins now."""
        self._end_ns = self._clock_ns()

    def wait(self, is_ready: Callable[[], bool]) -> Optional[int]:
        """Wait for a conversion to end, and give its middle; None where none has ended one period after it should.

        The end is seen where a look finds the flag out and the next finds it lit. Where the first look finds it
        lit, the end is reckoned from the one before, by whole periods.
        """
        now = self._clock_ns()
        periods = max(1, (now - self._end_ns) // self._period_ns)
        expected_ns = self._end_ns + periods * self._period_ns
        early_ns = expected_ns - now
        if early_ns > 0:
            self._sleep(early_ns / SECOND_NS)
        if is_ready():
            self._end_ns = min(expected_ns, self._clock_ns())
            if early_ns > 0:
                self._period_ns = max(self._nominal_ns * 7 // 8, self._period_ns - int(self._nominal_ns * _SHORTER))
        elif not self._poll(is_ready, expected_ns + self._nominal_ns):
            return None
        return self._end_ns - self._period_ns // 2

    def _poll(self, is_ready: Callable[[], bool], until_ns: int) -> bool:
        """Look until a conversion ends; the last look is after ``until_ns``, however late this thread is."""
        poll_ns = self._nominal_ns // _POLLS
        is_late = False
        while not is_late:
            self._sleep(poll_ns / SECOND_NS)
            is_late = self._clock_ns() >= until_ns
            if is_ready():
                self._end_ns = self._clock_ns() - poll_ns // 2
                self._period_ns = min(self._nominal_ns * 9 // 8, self._period_ns + int(self._nominal_ns * _LONGER))
                return True
        return False
