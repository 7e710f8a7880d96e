"""Turns go forward and back, so that a drift falls on all runs alike."""

import itertools
import time

from edgetop.errors import RunFailed
from edgetop.measure.turns import OPERATOR_ROUNDS, forward_and_back, reference_first
from edgetop.plan import Plan, RunSpec
from edgetop.samples import SET_ASIDE, WARM_UP


def test_three_runs_alternate_forward_and_back():
    assert list(itertools.islice(forward_and_back(3), 9)) == [0, 1, 2, 2, 1, 0, 0, 1, 2]


def test_a_linear_drift_costs_every_run_the_same():
    order = list(itertools.islice(forward_and_back(3), 12))
    cost = {run: sum(place for place, holder in enumerate(order) if holder == run) for run in range(3)}
    assert len(set(cost.values())) == 1


def test_one_run_holds_every_turn():
    assert list(itertools.islice(forward_and_back(1), 3)) == [0, 0, 0]


def kinds(events, kind, run=None):
    return [event.data for event in events if event.kind == kind and run in (None, event.run)]


def test_runs_take_turns_until_the_count_and_set_the_first_ones_aside(conducted, monkeypatch):
    monkeypatch.setattr("edgetop.measure.turns.ALONE_S", 0.05)  # nobody drains the ring meanwhile
    plan = Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")), input="noise", count=30)
    turns, events = conducted(plan)
    turns.run()
    assert not turns.failed
    counted = {run: sum(turn["count"] for turn in kinds(events, "turn", run)) for run in (0, 1)}
    samples = {run: turns.runners[run].samples(settled=True) for run in (0, 1)}
    for run in (0, 1):
        steady = samples[run].flags & SET_ASIDE == 0
        assert steady.sum() >= 30
        (alone,) = kinds(events, "alone", run)
        assert counted[run] + alone["count"] == (samples[run].flags & WARM_UP == 0).sum()
    assert [data["status"] for data in kinds(events, "run", 0)][-1] == "done"


def test_a_pause_while_runs_come_up_spoils_no_warm_up(conducted, until):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"),), input="noise"))
    turns.pause(True)
    turns.start()
    assert not kinds(events, "run")
    turns.pause(False)
    until(lambda: kinds(events, "turn"))
    assert next(data["first_ns"] for data in kinds(events, "run") if "first_ns" in data) > 0
    turns.pause(True)
    until(lambda: turns.runners[0].samples(settled=True) is not None)
    held = len(kinds(events, "turn"))
    time.sleep(0.6)
    assert len(kinds(events, "turn")) <= held + 1
    turns.pause(False)
    until(lambda: len(kinds(events, "turn")) > held + 1)


def test_the_outputs_of_all_are_compared_with_numpys_wherever_it_stands(conducted):
    runs = tuple(RunSpec(id, "tiny", name) for id, name in enumerate(("litert", "numpy", "caffe", "numpy")))
    assert [spec.id for spec in reference_first(runs)] == [1, 3, 0, 2]
    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "numpy")), "noise", count=10))
    turns.run()
    came_up = [event.run for event in events if event.kind == "run" and event.data.get("status") == "ready"]
    assert came_up == [1, 0]
    assert next(event.run for event in events if event.kind == "turn") == 0


def test_a_run_that_cannot_come_up_fails_alone(conducted):
    plan = Plan((RunSpec(0, "tiny", "null", python="/nowhere/python"), RunSpec(1, "tiny", "null")), "noise", count=10)
    turns, events = conducted(plan)
    turns.run()
    assert turns.failed == {0}
    failure = kinds(events, "run", 0)[-1]
    assert failure["status"] == "failed" and "/nowhere/python" in failure["message"]
    assert kinds(events, "run", 1)[-1]["status"] == "done"


def test_every_run_gets_its_share_of_a_short_duration(conducted):
    runs = tuple(RunSpec(place, "tiny", "null") for place in range(4))
    turns, events = conducted(Plan(runs, "noise", duration_s=0.02))
    turns.run()
    assert all(kinds(events, "turn", run) for run in range(4))


def test_a_duration_is_of_all_runs_together(conducted):
    plan = Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")), "noise", duration_s=0.5)
    turns, events = conducted(plan)
    turns.run()
    spent = sum(turn["end_ns"] - turn["start_ns"] for turn in kinds(events, "turn"))
    assert 0.5e9 <= spent < 0.8e9


def test_operators_are_timed_before_the_first_turn_when_the_plan_says_so(conducted):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "onnxruntime"),), input="noise", count=20, operators=True))
    turns.run()
    (told,) = kinds(events, "operators")
    assert told["rounds"] == OPERATOR_ROUNDS
    assert any(row[0].startswith("stem") for row in told["operators"])
    assert all(row[2] > 0 and row[3] >= 1 for row in told["operators"])
    assert sum(row[2] for row in told["operators"]) <= told["mean_ns"]
    assert told["plain_p50_ns"] > 0 and told["p50_ns"] > 0
    assert [event.kind for event in events].index("operators") < [event.kind for event in events].index("turn")
    ((run, profiler),) = turns.profilers
    assert run == 0
    assert profiler.pid != turns.runners[0].pid


def test_operators_are_timed_when_asked_for_and_the_turns_go_on(conducted, until):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "onnxruntime"), RunSpec(1, "tiny", "null")), input="noise"))
    turns.start()
    until(lambda: len(kinds(events, "turn")) > 2)
    turns.profile()
    until(lambda: len(kinds(events, "operators")) == 2)
    turned = len(kinds(events, "turn"))
    until(lambda: len(kinds(events, "turn")) > turned)
    assert kinds(events, "operators", 1)[0]["missing"] == "the null backend has no operators"


def test_a_worker_that_does_not_start_has_no_operators_and_the_turns_go_on(conducted, until, monkeypatch):
    def refused(spec, deadlines):
        raise RunFailed("Cannot start it", "Check it")

    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"),), input="noise"))
    turns.start()
    until(lambda: kinds(events, "turn"))
    monkeypatch.setattr("edgetop.measure.turns.Runner", refused)
    turns.profile()
    until(lambda: kinds(events, "operators"))
    assert kinds(events, "operators") == [{"missing": "Cannot start it", "hint": "Check it"}]
    turned = len(kinds(events, "turn"))
    until(lambda: len(kinds(events, "turn")) > turned)


def test_of_the_workers_that_timed_operators_the_last_ones_are_kept(conducted, until):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"),), input="noise"))
    turns.start()
    for times in (1, 2):
        turns.profile()
        until(lambda times=times: len(kinds(events, "operators")) == times)
    assert len(turns.profilers) == 1


def test_no_turn_is_given_while_operators_are_timed(conducted):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")), input="noise", count=50))
    turns.start()
    turns.profile()
    turns.join(20)
    phases = [event.data["status"] if event.kind == "run" else event.kind for event in events]
    begin = phases.index("profiling")
    end = len(phases) - 1 - phases[::-1].index("operators")
    assert "turn" not in phases[begin:end]


def test_what_ends_the_turns_themselves_fails_the_runs(conducted, monkeypatch):
    turns, events = conducted(Plan((RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")), input="noise", count=20))

    def no_room(ready):
        raise OSError("Too many open files")

    monkeypatch.setattr(turns, "_alternate", no_room)
    turns.run()
    assert turns.failed == {0, 1}
    assert "Too many open files" in kinds(events, "run", 1)[-1]["message"]
