"""Long work is one line that is written over on a terminal, and a line every few seconds elsewhere."""

import pytest

from edgetop.commands import progress
from edgetop.commands.progress import Progress
from edgetop.protocol import LogLines, Snapshot
from edgetop.run_figures import RunFigures


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def snapshot(*states):
    runs = (
        RunFigures(n, "litert", "LiteRT", "tiny", "fp32", 1, status=s, message=m) for n, (s, m) in enumerate(states)
    )
    return Snapshot(0, "running", runs=tuple(runs))


def show(told, clock, step_s, count):
    for number in range(count):
        state = ("accuracy", f"{number} of {count} pictures")
        told.publish(snapshot(state, state))
        clock.now += step_s


def test_in_a_file_a_line_every_five_seconds(capsys, clock):
    show(Progress(), clock, 1.0, 12)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["LiteRT: accuracy: 0 of 12 pictures"] * 2
    assert lines[2:] == [f"accuracy: {n} of 12 pictures" for n in (1, 6, 11)]


def test_on_a_terminal_over_itself_twice_a_second(capsys, clock, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    told = Progress()
    show(told, clock, 0.25, 9)
    told.publish(LogLines(0, ("a word",)))
    text = capsys.readouterr().err
    assert text.count("\r\x1b[Kaccuracy: ") == 4
    assert text.count("\n") == 3, "two begins and a word"
    assert text.endswith("\r\x1b[K  | a word\n")


def test_other_states_are_told_once_each(capsys, clock):
    told = Progress()
    for state in (("loading", ""), ("loading", ""), ("running", "")):
        told.publish(snapshot(state))
    assert capsys.readouterr().err.splitlines() == ["LiteRT: loading", "LiteRT: running"]
