"""The screen over a long session: what it keeps of it does not grow."""

import gc
import tracemalloc

from edgetop.app import EdgetopApp
from edgetop.protocol import ITSELF, LogLines

FIRST, LAST = 2600, 4600
"""Snapshots: a screen keeps the columns of the first 2,400."""


async def test_what_is_kept_of_a_session_does_not_grow(engine):
    client = engine.ScriptedClient(engine.HELLO)
    app = EdgetopApp(lambda: client, engine.PLAN)
    app.client = client
    async with app.run_test(size=(120, 40)) as pilot:
        tick = 0

        async def show(until):
            nonlocal tick
            while tick < until:
                client.push(*(engine.snapshot(tick + step) for step in range(40)))
                client.push(LogLines(0, (f"line {tick}",)), LogLines(ITSELF, (f"own {tick}",)))
                tick += 40
                await pilot.pause()
            gc.collect()

        await show(FIRST)
        tracemalloc.start(1)
        before, _ = tracemalloc.get_traced_memory()
        await show(LAST)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        app.exit()
    assert after - before < 2_000_000
