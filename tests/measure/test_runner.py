"""A worker as the engine sees it: it answers, its samples arrive, and its death is told in words."""

import dataclasses
import os
import signal

import numpy as np
import pytest

from edgetop.errors import Interrupted, RunFailed, WorkerDied
from edgetop.measure.runner import Runner
from edgetop.plan import ModelFile, RunSpec
from edgetop.samples import SETTLING, WARM_UP


def never():
    return False


@pytest.fixture
def runner():
    made = Runner(RunSpec(0, "tiny", "null"))
    yield made
    made.close()


def load(runner, framework="null", paths=("nothing",), format="tflite"):
    model = ModelFile(paths, format, "tiny", input_shape=(1, 3, 8, 8))
    return runner.ask({"do": "load", "framework": framework, "model": dataclasses.asdict(model), "options": {}}, never)


def test_a_turn_runs_the_inferences_asked_for_and_flags_those_set_aside(runner):
    load(runner)
    runner.ask({"do": "inputs"}, never)
    turn = runner.ask({"do": "turn", "count": 50, "least": 1, "seconds": 60, "set_aside": 2}, never)
    samples = runner.samples(settled=True)
    assert turn["count"] == len(samples) == 50
    assert [bool(flags & SETTLING) for flags in samples.flags[:4]] == [True, True, False, False]
    assert turn["start_ns"] <= samples.start_ns[0]
    assert samples.start_ns[-1] + samples.duration_ns[-1] == turn["end_ns"]
    assert np.all(np.diff(samples.start_ns) > 0)


def test_a_turn_ends_after_its_time_but_not_before_its_least_count(runner):
    load(runner)
    turn = runner.ask({"do": "turn", "count": 10**9, "least": 20, "seconds": 0.0, "set_aside": 0}, never)
    assert turn["count"] == 20


def test_warming_flags_its_samples_and_gives_the_outputs(runner):
    load(runner)
    answer = runner.ask({"do": "warm"}, never)
    samples = runner.samples(settled=True)
    assert len(answer["outputs"]) == 1
    assert answer["first_ns"] == samples.duration_ns[0]
    assert np.all(samples.flags & WARM_UP)


def test_a_failure_is_told_in_the_workers_words_and_the_worker_lives(runner):
    with pytest.raises(RunFailed, match="No model is loaded"):
        runner.ask({"do": "turn", "count": 1, "least": 1, "seconds": 1, "set_aside": 0}, never)
    assert load(runner)["load_ns"] > 0


def test_a_damaged_model_file_is_a_failure_that_names_it(runner, tmp_path):
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"\x00\x00\x00\x00TFL3" + os.urandom(500))
    with pytest.raises(RunFailed, match=r"broken\.tflite"):
        load(runner, "litert", (str(path),))


@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGRTMIN + 3, r"SIGRTMIN\+3")])
def test_a_killed_worker_is_reported_with_its_signal(runner, number, name):
    load(runner)
    os.kill(runner.pid, number)
    with pytest.raises(WorkerDied, match=rf"\({name}\)") as caught:
        runner.ask({"do": "warm"}, never)
    assert caught.value.hint


def test_a_long_turn_ends_when_hurried(runner):
    load(runner)
    runner.hurry(True)
    turn = runner.ask({"do": "turn", "count": 10**9, "least": 10**9, "seconds": 60, "set_aside": 0}, never)
    assert turn["count"] == 0


def test_waiting_for_an_answer_can_be_interrupted(runner):
    load(runner)
    asked = []

    def interrupted():
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(Interrupted):
        runner.ask({"do": "turn", "count": 1 << 60, "least": 1 << 60, "seconds": 60, "set_aside": 0}, interrupted)


def test_an_interpreter_that_is_not_there_is_refused_with_its_path():
    with pytest.raises(RunFailed, match="/nowhere/python"):
        Runner(RunSpec(0, "tiny", "null", python="/nowhere/python"))


def test_a_pinned_input_reaches_the_model_in_its_own_layout(tmp_path, runner):
    load(runner)
    path = tmp_path / "input.npy"
    np.save(path, np.full((1, 3, 8, 8), 0.5, np.float32))
    runner.ask({"do": "inputs", "path": str(path)}, never)
    with pytest.raises(RunFailed, match="the model wants"):
        np.save(path, np.zeros((1, 3, 4, 4), np.float32))
        runner.ask({"do": "inputs", "path": str(path)}, never)


def test_closing_twice_closes_no_descriptor_of_another(runner):
    runner.close()
    others = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    runner.close()
    for fd in others:
        os.fstat(fd)
        os.close(fd)


def test_nothing_is_left_open_by_runners():
    def descriptors():
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    for _ in range(3):
        made = Runner(RunSpec(0, "tiny", "null"))
        made.close()
        made.log_lines()
        with pytest.raises(RunFailed):
            Runner(RunSpec(0, "tiny", "null", python="/nowhere/python"))
    del made
    assert descriptors() <= before + 1


def test_an_interrupt_of_the_terminals_group_leaves_the_worker_alone(runner):
    assert os.getpgid(runner.pid) != os.getpgid(0)
