"""Frameworks at their worst beside a good one: the good one finishes, exit code and result tell of the others."""

import json

import pytest

COUNT = ("--count", "20", "--no-record", "--json", "-")


@pytest.fixture(autouse=True)
def known(unruly):
    """The unruly framework is known to the command too."""


def test_the_good_one_finishes_beside_those_that_crash_and_the_result_tells(edgetop):
    done = edgetop("run", "tiny", "--on", "litert,unruly:load-crash,unruly:infer-abort", *COUNT)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    good, crashed, aborted = told["results"]
    assert good["status"] == "done" and good["latency_s"]["n"] >= 20
    assert crashed["status"] == aborted["status"] == "failed"
    assert "died (SIGSEGV) while loading" in crashed["message"] and ".tflite" in crashed["message"]
    assert "died (SIGABRT) while running" in aborted["message"]
    assert not told["valid"] and len(told["invalid_reasons"]) >= 2


def test_one_that_hangs_is_ended_at_the_deadline_of_the_settings(edgetop):
    settings = {"EDGETOP_RUN_INFERENCE_DEADLINE_S": "1"}
    done = edgetop("run", "tiny", "--on", "null,unruly:infer-hold", *COUNT, timeout=30, **settings)
    assert done.returncode == 1
    good, hung = json.loads(done.stdout)["results"]
    assert good["latency_s"]["n"] >= 20
    assert "took more than 1 s for one inference" in hung["message"]
    assert "inference_deadline_s" in done.stderr


def test_a_deadline_of_nothing_is_refused(edgetop, refused):
    done = edgetop("run", "tiny", "--on", "null", *COUNT, EDGETOP_RUN_LOAD_DEADLINE_S="0")
    assert "load_deadline_s" in refused(done)


def test_what_it_prints_is_told_while_it_runs(edgetop):
    done = edgetop("run", "tiny", "--on", "unruly:load-mumble", *COUNT)
    assert done.returncode == 0, done.stderr
    for line in ("schöne Ausgabe", "red and bell", "100 %", "from C", "from Python"):
        assert f"  | {line}\n" in done.stderr
