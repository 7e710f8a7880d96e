"""A Start in the midst of a measurement: it takes its place where it can be had."""

import pytest

from edgetop.controls import Pause, Start, Stop, Whole
from edgetop.engine.changes import Changes
from edgetop.errors import UsageError
from edgetop.plan import Plan, RunSpec
from edgetop.protocol import Notice

GOOD, BAD = Plan((RunSpec(0, "tiny", "null"),)), Plan((RunSpec(0, "tiny", "nowhere"),))


class Screen:
    def __init__(self):
        self.told = []

    def publish(self, message):
        self.told.append(message)
        return True


def check(plan):
    if plan is BAD:
        raise UsageError("There is no framework 'nowhere'", "Choose another")


@pytest.fixture
def changes():
    """Changes that are given these commands, one list a call."""

    def make(*commands, anew=False):
        given, screen, calls = list(commands), Screen(), []
        made = Changes(lambda timeout_s: given.pop(0), screen, check, lambda: calls.append(1), anew=anew)
        made.screen, made.calls = screen, calls
        return made

    return make


def test_other_commands_pass_and_what_lies_between_is_done(changes):
    commands = changes([Pause(True)], [])
    assert commands(0.0) == [Pause(True)] and commands(0.0) == [] and commands.plan is None
    assert commands.calls == [1, 1] and commands.screen.told == []


def test_a_start_ends_it_for_another(changes):
    commands = changes([Pause(False), Start(GOOD)])
    assert commands(0.0) == [Pause(False), Stop()] and commands.plan is GOOD


def test_what_cannot_be_measured_ends_nothing(changes):
    commands = changes([Start(BAD)])
    assert commands(0.0) == [] and commands.plan is None
    assert commands.screen.told == [Notice("There is no framework 'nowhere'", "Choose another", "error")]


def test_who_stops_wants_no_other(changes):
    commands = changes([Start(GOOD)], [Stop()])
    commands(0.0)
    assert commands(0.0) == [Stop()] and commands.plan is None


def test_the_next_measurement_begins_with_charts_of_its_own(changes):
    commands = changes([], [], anew=True)
    assert commands(0.0) == [Whole()] and commands(0.0) == []
