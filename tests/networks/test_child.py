"""A program is run to its end, or ended with all it has started: at its deadline, or when it is no longer wanted."""

import os
import sys
import time

import pytest

from edgetop.errors import DeadlineExceeded, Interrupted
from edgetop.networks.child import finish, never

SLEEPS = ("/bin/sh", "-c", "echo $$ > pid; sleep 600 & echo begun; wait")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(command, limit_s=20.0, interrupted=never):
    return finish(command, os.environ, limit_s, interrupted, "writing tiny as tflite")


def is_begun():
    try:
        with open("pid") as file:
            return bool(file.read())
    except FileNotFoundError:
        return False


def assert_none_is_left():
    with open("pid") as file:
        group = int(file.read())
    end = time.monotonic() + 5
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.01)


def test_all_it_printed_and_its_exit_code_are_given():
    text = "import sys; print('o' * 300_000); print('e' * 300_000, file=sys.stderr); sys.exit(3)"
    done = run((sys.executable, "-c", text))
    assert (len(done.stdout), len(done.stderr), done.returncode) == (300_001, 300_001, 3)


def test_at_its_deadline_it_is_ended_with_what_it_started():
    with pytest.raises(DeadlineExceeded, match="writing tiny as tflite took more than") as caught:
        run(SLEEPS, limit_s=0.3)
    assert "/bin/sh -c" in caught.value.hint
    assert_none_is_left()


def test_what_is_no_longer_wanted_is_ended_at_once():
    begin = time.monotonic()
    with pytest.raises(Interrupted):
        run(SLEEPS, interrupted=is_begun)
    assert time.monotonic() - begin < 5
    assert_none_is_left()


def test_a_program_that_is_not_there_is_an_error_of_the_system():
    with pytest.raises(FileNotFoundError):
        run(("/nowhere/python",))
