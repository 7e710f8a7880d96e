"""What frameworks do at their worst: each ends in one sentence, in time, and leaves the other runs alone."""

import dataclasses
import os
import time

import pytest

from edgetop.errors import DeadlineExceeded, EdgetopError, RunFailed, WorkerDied
from edgetop.measure.runner import Runner
from edgetop.measure.turns import Turns
from edgetop.plan import Deadlines, ModelFile, Plan, RunSpec

FILE = "/models/some.tflite"
LONG = Deadlines(load_s=20, inference_s=20)
SHORT = {"load": Deadlines(0.4, 20), "infer": Deadlines(20, 0.4)}
"""Of the phase that is to exceed it, and of no other: the machine may be busy."""


@pytest.fixture
def started(unruly):
    made = []

    def start(variant, deadlines=LONG):
        # The interpreter's own start counts as loading, and is not to be in the deadline here.
        runner = Runner(RunSpec(0, "tiny", unruly, variant=variant), LONG)
        made.append(runner)
        runner.ask({"do": "load", **loading("null", "tflite")}, never)
        runner._deadlines = deadlines
        return runner

    yield start
    for runner in made:
        runner.close()


def never():
    return False


def loading(framework, variant):
    model = dataclasses.asdict(ModelFile((FILE,), "tflite", "tiny", input_shape=(1, 3, 8, 8)))
    return {"framework": framework, "model": model, "options": {"variant": variant}}


def go(runner):
    """Load, warm up and take a turn, as turns do."""
    runner.ask({"do": "load", **loading("unruly", runner.spec.variant)}, never)
    runner.ask({"do": "inputs"}, never)
    runner.ask({"do": "warm"}, never)
    return runner.ask({"do": "turn", "count": 25, "least": 25, "seconds": 0, "set_aside": 0}, never)


@pytest.mark.parametrize("deed", ["hang", "hold"])
@pytest.mark.parametrize(("phase", "setting"), [("load", "load_deadline_s"), ("infer", "inference_deadline_s")])
def test_what_hangs_is_ended_at_its_deadline_and_the_setting_is_named(deed, phase, setting, started):
    runner = started(f"{phase}-{deed}", SHORT[phase])
    begin = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=FILE) as caught:
        go(runner)
    assert time.monotonic() - begin < 5
    assert f"Unruly {phase}-{deed} took more than 0.4 s" in caught.value.title
    assert setting in caught.value.hint
    with pytest.raises(ProcessLookupError):
        os.kill(runner.pid, 0)


def test_a_turn_of_many_inferences_may_take_longer_than_the_deadline_of_one(started):
    runner = started("infer-slow", Deadlines(20, 1.0))
    turn = go(runner)
    assert (turn["end_ns"] - turn["start_ns"]) / 1e9 > 1.0


@pytest.mark.parametrize(
    ("deed", "told"),
    [("crash", "SIGSEGV"), ("abort", "SIGABRT"), ("leave", "exit code 7"), ("orphan", "SIGSEGV")],
)
@pytest.mark.parametrize(("phase", "doing"), [("load", "loading"), ("infer", "running")])
def test_a_death_names_framework_cause_and_file(deed, told, phase, doing, started):
    runner = started(f"{phase}-{deed}")
    begin = time.monotonic()
    with pytest.raises(WorkerDied) as caught:
        go(runner)
    assert time.monotonic() - begin < 5
    assert f"Unruly {phase}-{deed} died ({told}) while {doing} {FILE}" in caught.value.title
    assert caught.value.hint
    last = "; its last words: the last words of a failing check" if deed == "abort" else FILE
    assert caught.value.title.endswith(last)


@pytest.mark.parametrize(("phase", "doing"), [("load", "loading"), ("infer", "running")])
def test_an_exception_names_framework_cause_and_file_on_one_line(phase, doing, started):
    with pytest.raises(RunFailed) as caught:
        go(started(f"{phase}-fail"))
    assert caught.value.title == f"Unruly {phase}-fail failed while {doing} {FILE}: RuntimeError: no kernel"


def test_what_is_no_answer_ends_the_worker(started):
    with pytest.raises(RunFailed, match=f"channel while loading {FILE}"):
        go(started("load-scribble"))


def test_what_a_framework_started_ends_with_it(started):
    runner = started("load-orphan")
    with pytest.raises(WorkerDied):
        go(runner)
    end = time.monotonic() + 5
    while members(runner.pid):
        assert time.monotonic() < end, "a process is left behind"
        time.sleep(0.01)


def members(group):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                state, _, of = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of) == group and state != "Z":
            found.append(pid)
    return found


@pytest.mark.parametrize("deed", ["hang", "crash", "fail"])
def test_operators_that_cannot_be_timed_leave_the_run_alone(deed, unruly):
    specs = (RunSpec(0, "tiny", unruly, variant=f"operators-{deed}"), RunSpec(1, "tiny", "null"))
    plan = Plan(specs, "noise", count=20, operators=True, deadlines=LONG)
    events = []
    turns = Turns(plan, events.append, lambda run, pid: None)
    if deed == "hang":
        turns._load = lambda runner, model: hurried(Turns._load(turns, runner, model), runner)
    turns.run()
    assert not turns.failed
    told = next(event.data for event in events if event.kind == "operators" and event.run == 0)
    assert "while timing the operators of" in told["missing"] and "tiny" in told["missing"]
    assert all(any(e.kind == "turn" and e.run == run for e in events) for run in (0, 1))


def hurried(answer, runner):
    runner._deadlines = SHORT["load"]
    return answer


def printed(runner, until, seconds=10):
    lines = []
    end = time.monotonic() + seconds
    while not any(until in line for line in lines):
        assert time.monotonic() < end, lines
        time.sleep(0.01)
        lines += runner.log_lines()
    return lines


def test_what_is_printed_on_both_descriptors_arrives_whatever_its_encoding(started):
    runner = started("load-mumble")
    runner.ask({"do": "load", **loading("unruly", "load-mumble")}, never)
    lines = printed(runner, "from Python")
    runner.close()
    lines += printed(runner, "no end")
    assert [line for line in lines if not line.startswith("xx")] == [
        "schöne Ausgabe",
        "red and bell",
        "100 %",
        "from C",
        "from Python",
        "no end",
    ]
    assert max(map(len, lines)) == 1000


def test_the_last_words_of_one_that_was_ended_are_not_lost(started):
    runner = started("load-abort")
    with pytest.raises(EdgetopError):
        go(runner)
    assert runner.log_lines() == ["the last words of a failing check."]


def test_a_framework_that_prints_without_end_is_neither_stalled_nor_kept(started):
    runner = started("load-chatter")
    taken = []

    def draining():
        taken.extend(runner.log_lines())
        return False

    runner.ask({"do": "load", **loading("unruly", runner.spec.variant)}, draining)
    runner.close()
    taken += runner.log_lines() + runner.log_lines()
    assert len(taken) < 3000
    assert (
        sum(int(line.split()[1]) for line in taken if line.startswith("…"))
        + sum(line.startswith("a line") for line in taken)
        == 400 * 2048
    )
