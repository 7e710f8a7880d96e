"""The engine keeps off an inference's core, and its workers have all of them."""

import contextlib
import functools
import os

import psutil
import pytest

from edgetop.engine import live
from edgetop.engine.start import live_loop
from edgetop.measure.aside import Aside, own_cores
from edgetop.plan import Plan, RunSpec


class Nobody:
    """No screen."""

    def publish(self, message):
        return True


@pytest.mark.skipif(len(own_cores()) < 2, reason="there is but one core")
def test_the_engine_leaves_a_core_that_its_workers_may_use(monkeypatch):
    first, *rest = sorted(own_cores())
    monkeypatch.setattr(live, "Aside", functools.partial(Aside, at_work=lambda pid: frozenset({first})))
    engine, workers = set(), set()

    def commands(timeout_s):
        engine.add(frozenset(os.sched_getaffinity(0)))
        for child in psutil.Process().children():
            with contextlib.suppress(ProcessLookupError):  # one that has ended since
                workers.add(frozenset(os.sched_getaffinity(child.pid)))
        return []

    # The second worker starts while the engine has stepped aside for the first one's warm-up.
    runs = (RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null"))
    live_loop(Plan(runs, input="noise", duration_s=1.0, record="none"), Nobody(), commands).run()
    assert frozenset(rest) in engine
    assert workers == {frozenset({first, *rest})}
    assert os.sched_getaffinity(0) == {first, *rest}
