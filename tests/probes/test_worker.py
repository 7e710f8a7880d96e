"""The worker probe on real processes and on made-up ones."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgetop.probes.worker import ENDED, NOT_STARTED, WorkerProbe, process_cpu_ns
from edgetop.readings import Missing, Reading


@pytest.fixture
def child():
    """A process that waits for a line, works, and answers how much time of a core the work took."""
    code = "import sys, time\nfor line in sys.stdin:\n    begin = time.process_time_ns(); sum(range(3_000_000))\n"
    code += "    print(time.process_time_ns() - begin, flush=True)"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def work(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def rest(process):
    """Wait until it waits for the next line."""
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        time.sleep(0.001)


def test_before_a_worker_there_is_a_reason(clock):
    probe = WorkerProbe(0, clock_ns=clock)
    probe.open()
    assert probe.read() == (NOT_STARTED,) * 3
    probe.detach()
    assert probe.read() == (NOT_STARTED,) * 3


def test_a_worker_at_work_uses_a_core_and_an_idle_one_none(child):
    probe = WorkerProbe(1)
    work(child)
    begin_ns = time.monotonic_ns()
    probe.attach(child.pid)
    used_ns = work(child)
    busy, rss, peak = probe.read()
    assert 100 * used_ns / (time.monotonic_ns() - begin_ns) <= busy.value <= 101  # of a core, which it may share
    assert 1e6 < rss.value < 1e9
    assert peak.value >= rss.value * 0.9
    rest(child)
    probe.read()
    assert probe.read()[0].value == 0
    probe.close()


def test_cpu_use_is_in_nanoseconds_not_in_ticks(tree, clock):
    spent = {77: 0}
    tree.write("proc/77/statm", "900 30 20\n")
    tree.write("proc/77/status", "VmHWM: 160 kB\n")
    probe = WorkerProbe(0, tree.root, clock, cpu_ns=spent.__getitem__)
    probe.attach(77)
    start_ns = clock()
    clock.ns += 100_000_000
    spent[77] += 12_345_678
    cpu, rss, peak = probe.read()
    assert cpu == Reading(start_ns + 50_000_000, pytest.approx(12.345678))
    assert rss.value == 30 * os.sysconf("SC_PAGE_SIZE")
    assert peak.value == 160 * 1024


def test_the_peak_is_looked_up_once_a_second(tree, clock):
    tree.write("proc/77/statm", "900 30 20\n")
    tree.write("proc/77/status", "VmHWM: 160 kB\n")
    probe = WorkerProbe(0, tree.root, clock, cpu_ns=lambda pid: 0)
    probe.attach(77)
    stamps = []
    for _ in range(21):
        clock.ns += 100_000_000
        stamps.append(probe.read()[2].t_ns)
    assert len(set(stamps)) == 3


def test_a_peak_that_the_memory_passes_is_looked_up_at_once(tree, clock):
    page = os.sysconf("SC_PAGE_SIZE")
    probe = WorkerProbe(0, tree.root, clock, cpu_ns=lambda pid: 0)
    for pages in (30, 90):
        tree.write("proc/77/statm", f"900 {pages} 20\n")
        tree.write("proc/77/status", f"VmHWM: {pages * page // 1024} kB\n")
        if pages == 30:
            probe.attach(77)
        clock.ns += 100_000_000
        _, rss, peak = probe.read()
        assert rss.value == peak.value == pages * page


def test_a_worker_that_is_gone_is_missing_without_an_exception(child):
    probe = WorkerProbe(0)
    probe.attach(child.pid)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and still a zombie
    assert probe.read() == (ENDED,) * 3
    child.wait()
    assert probe.read() == (ENDED,) * 3
    probe.attach(child.pid)
    assert probe.read() == (ENDED,) * 3


def test_the_next_worker_begins_anew(child):
    probe = WorkerProbe(0)
    probe.attach(os.getpid())
    probe.read()
    probe.attach(child.pid)
    work(child)
    assert all(isinstance(value, Reading) for value in probe.read())
    probe.detach()
    assert all(isinstance(value, Missing) for value in probe.read())


def test_the_cpu_clock_of_this_process_is_the_one_it_sees_itself():
    before = time.process_time_ns()
    seen = process_cpu_ns(os.getpid())
    assert before <= seen <= time.process_time_ns()
