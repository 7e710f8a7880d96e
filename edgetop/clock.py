"""One clock for samples, readings and events: CLOCK_MONOTONIC in whole nanoseconds.

Boards without a real-time clock jump in wall time when the network comes up, so wall time is
read once a session, as an anchor, and never used to measure.
"""

from __future__ import annotations

import time

now_ns = time.monotonic_ns
"""Nanoseconds of CLOCK_MONOTONIC, the same in every process of a board."""

wall_ns = time.time_ns
"""Nanoseconds since 1970, for the one anchor of a session."""

SECOND_NS = 1_000_000_000
