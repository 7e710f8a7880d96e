"""Threads that keep off the cores of an inference: real ones, beside a process that keeps a core busy."""

import os
import subprocess
import sys
import threading
import time

import pytest

from edgetop.measure.aside import LOOK_NS, Aside, cores_at_work, own_cores

pytestmark = pytest.mark.skipif(len(own_cores()) < 2, reason="there is but one core")

FIRST, *REST = sorted(own_cores())


@pytest.fixture
def thread():
    """One more of this process."""
    is_over = threading.Event()
    thread = threading.Thread(target=is_over.wait)
    thread.start()
    yield thread.native_id
    is_over.set()
    thread.join()


@pytest.fixture
def busy():
    """A process that computes on the first core."""
    spin = f"import os; os.sched_setaffinity(0, {{{FIRST}}})\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", spin]) as process:
        yield process.pid
        process.kill()


def eventually(found, wanted):
    """Whether it comes to that; a process starts when it can."""
    end_s = time.monotonic() + 30
    while found() != wanted and time.monotonic() < end_s:
        time.sleep(0.01)
    return found() == wanted


def test_it_is_told_where_a_process_computes(busy):
    assert eventually(lambda: os.sched_getaffinity(busy), {FIRST})
    assert eventually(lambda: cores_at_work(busy), frozenset({FIRST}))


def test_one_that_waits_or_is_gone_is_on_no_core():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert eventually(lambda: cores_at_work(process.pid), frozenset())
        process.communicate(b"\n")
    assert cores_at_work(process.pid) == frozenset()


def test_a_name_with_a_bracket_does_not_mislead(tmp_path):
    task = tmp_path / "7/task/7"
    task.mkdir(parents=True)
    (task / "stat").write_text("7 (a) R 1 (b)) R " + " ".join(map(str, range(4, 52))) + "\n")
    assert cores_at_work(7, str(tmp_path)) == {39}


def test_all_threads_but_those_apart_leave_the_core_and_come_back(thread):
    apart = threading.Event()
    other = threading.Thread(target=apart.wait)
    other.start()
    aside = Aside(lambda: (other.native_id, None), lambda pid: frozenset({FIRST}))
    aside.keep_off(1)
    try:
        assert os.sched_getaffinity(0) == os.sched_getaffinity(thread) == set(REST)
        assert os.sched_getaffinity(other.native_id) == {FIRST, *REST}
    finally:
        aside.close()
        apart.set()
        other.join()
    assert os.sched_getaffinity(0) == os.sched_getaffinity(thread) == {FIRST, *REST}


def test_where_all_cores_infer_all_are_used():
    aside = Aside(lambda: (), lambda pid: own_cores())
    aside.keep_off(1)
    assert os.sched_getaffinity(0) == {FIRST, *REST}


def test_it_looks_at_once_at_another_and_now_and_then_at_the_same():
    asked, t_ns = [], [0]
    aside = Aside(lambda: (), lambda pid: asked.append(pid) or frozenset(), lambda: t_ns[0])
    for pid, now in ((1, 0), (1, LOOK_NS - 1), (1, LOOK_NS), (2, LOOK_NS), (2, LOOK_NS + 1)):
        t_ns[0] = now
        aside.keep_off(pid)
    assert asked == [1, 1, 2]
