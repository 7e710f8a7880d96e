"""When an INA219's conversions end, by a look at the chip now and then, whatever its clock.

The chip lights a flag when a conversion ends, and keeps it lit until its power is read, which takes one more transfer.
So an end is looked for twice a second only; those between are reckoned from the last two that were found.
"""

from __future__ import annotations

from typing import Callable, Optional

from edgetop.clock import SECOND_NS

LONGEST_SPAN_NS = SECOND_NS // 2
"""From one end that is looked for to the next; a chip that has stopped is not noticed before."""
_POLLS = 36  # looks in a period
# By a period over this the looks for an end begin before it, and one that is not looked for is read after its end.
_EARLY, _LATE = 16, 8


class Pace:
    """Follows the conversions of a chip that takes ``period_ns`` for one by its data sheet, and up to an eighth less
    or more by its own clock."""

    def __init__(self, period_ns: int, clock_ns: Callable[[], int], sleep: Callable[[float], None]) -> None:
        self._nominal_ns = self._period_ns = period_ns
        self._clock_ns = clock_ns
        self._sleep = sleep
        self._closest_ns = period_ns
        """The shortest time between two looks of which only the second found an end."""
        self.restart()

    def restart(self) -> None:
        """A new conversion begins now, and the flag is out."""
        self._end_ns = self._found_ns = self._seek_ns = self._clock_ns()
        self._span, self._is_counted = 1, True
        self.seeks = True
        """Whether the end of the next conversion is to be looked for, before which the flag must be out."""

    def skip(self) -> int:
        """Wait until the next conversion, or any later one, has surely ended, without a look; its middle."""
        period_ns = self._period_ns
        end_ns = self._end_ns + period_ns
        surely_ns = end_ns + period_ns // _LATE
        while True:
            wait_ns = surely_ns - self._clock_ns()
            if wait_ns > 0:
                self._sleep(wait_ns / SECOND_NS)
            elif wait_ns > period_ns // _LATE - period_ns:
                break
            else:  # the next has ended too, and maybe more
                periods = (surely_ns - wait_ns - end_ns) // period_ns
                end_ns, surely_ns = end_ns + periods * period_ns, surely_ns + periods * period_ns
        self._end_ns = end_ns
        self.seeks = end_ns >= self._seek_ns
        return end_ns - period_ns // 2

    def seek(self, is_ready: Callable[[], bool]) -> Optional[int]:
        """Look until a conversion ends, and give its middle; None where none has ended a period after it should.

        ``is_ready`` tells of the flag.
        """
        now, late_ns = self._clock_ns(), self._period_ns // _LATE
        periods = max(1, (now - self._end_ns - late_ns) // self._period_ns)
        expected_ns = self._end_ns + periods * self._period_ns
        # The first time the chip's clock is not known, which may be as much ahead.
        early_ns = late_ns if self._span < 8 else self._period_ns // _EARLY
        if expected_ns - early_ns > now:
            self._sleep((expected_ns - early_ns - now) / SECOND_NS)
        looked_ns = self._clock_ns()
        if is_ready():
            self._end_ns = expected_ns + max(0, (looked_ns - expected_ns) // self._period_ns) * self._period_ns
            if looked_ns < expected_ns:
                self._fall_behind(looked_ns)
        else:
            # Of a thread that is late the flag may have been put out just now: the next end is a period from here.
            until_ns = max(expected_ns + self._nominal_ns, looked_ns + self._nominal_ns * 9 // 8)
            if not self._poll(is_ready, looked_ns, until_ns):
                return None
        self.seeks = self._end_ns >= self._seek_ns
        return self._end_ns - self._period_ns // 2

    def _poll(self, is_ready: Callable[[], bool], looked_ns: int, until_ns: int) -> bool:
        """Look until a conversion ends; the last look is after ``until_ns``, however late this thread is."""
        while looked_ns < until_ns:
            self._sleep(self._nominal_ns / _POLLS / SECOND_NS)
            before_ns, looked_ns = looked_ns, self._clock_ns()
            if is_ready():
                self._find(before_ns, self._clock_ns())
                return True
        return False

    def _fall_behind(self, looked_ns: int) -> None:
        """One that was looked for had ended before: the next is looked for sooner, and nothing is counted from it."""
        self._end_ns, self._is_counted = looked_ns, False
        self._period_ns = max(self._period_ns - self._period_ns // 128, self._nominal_ns * 7 // 8)

    def _find(self, before_ns: int, after_ns: int) -> None:
        """A conversion was seen to end between two looks, which take the bus's time and tell of their middles: the
        chip's period is known the better, the longer the last is ago. Of looks that came late it is not known."""
        end_ns = (before_ns + after_ns) // 2
        self._closest_ns = min(self._closest_ns, after_ns - before_ns)
        if after_ns - before_ns > 2 * self._closest_ns:
            self._end_ns, self._is_counted = end_ns, False
            return
        periods = round((end_ns - self._found_ns) / self._period_ns)
        if self._is_counted and 0 < periods <= 2 * self._span:
            period_ns = (end_ns - self._found_ns) // periods
            self._period_ns = min(max(period_ns, self._nominal_ns * 7 // 8), self._nominal_ns * 9 // 8)
        self._span = min(2 * self._span, LONGEST_SPAN_NS // self._nominal_ns) if self._is_counted else 1
        self._end_ns = self._found_ns = end_ns
        self._is_counted = True
        self._seek_ns = end_ns + (2 * self._span - 3) * self._period_ns // 2  # half a period before the one before it
