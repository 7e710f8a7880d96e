"""Turns that tests conduct without an engine: their events in a list, their workers ended afterwards."""

from __future__ import annotations

import time

import pytest

from edgetop.measure.turns import Turns


@pytest.fixture
def conducted():
    """Makes the turns of a plan, and the list that their events come into."""
    started = []

    def conduct(plan, excess_c=lambda: 0.0):
        events = []
        started.append(Turns(plan, events.append, lambda run, pid: None, excess_c))
        return started[-1], events

    yield conduct
    for turns in started:
        turns.stop()
        if turns.ident is not None:
            turns.join(10)


@pytest.fixture
def until():
    """Waits until something holds, twenty seconds at most."""

    def wait(condition, seconds=20):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)

    return wait
