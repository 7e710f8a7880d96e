"""When a link is slow: how long it has kept the screen waiting within a minute.

Two things tell: writes that the terminal takes late, and, where much is buffered on the way, late answers to questions.
"""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0
SLOW_S = 5.0
"""A link that is waited for longer within the window is slow."""
LEAST_WAIT_S = 0.1
"""Shorter waits are those of a busy board."""
MOST_WAIT_S = 2.0
"""A longer wait counts no more: a terminal that is held, by Ctrl-S or a selection of text, is not slow."""
LEAST_ANSWER_S = 0.5
"""An answer that is sooner here comes from far away, or through little that is queued."""


class Waits:
    """The waits of the last minute; used from one thread at a time."""

    def __init__(self) -> None:
        self._waits: deque[tuple[float, float]] = deque()

    def add(self, now_s: float, wait_s: float) -> bool:
        """Note a wait that has just ended; whether the link is slow, after which the count begins anew."""
        while self._waits and self._waits[0][0] < now_s - WINDOW_S:
            self._waits.popleft()
        self._waits.append((now_s, min(wait_s, MOST_WAIT_S)))
        if sum(wait for _, wait in self._waits) < SLOW_S:
            return False
        self._waits.clear()
        return True
