"""A recorded session's final figures, by the engine that gave them live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

from edgetop.commands.headless import Quiet
from edgetop.engine.loop import Loop
from edgetop.engine.replay import ReplayFeed
from edgetop.engine.result import result
from edgetop.protocol import Operators, Snapshot


@dataclass(frozen=True)
class Final:
    """What a session ends in."""

    snapshot: Snapshot
    machine: Mapping[str, Union[str, int]]
    operators: Mapping[int, Operators]
    """Of each run whose operators were timed."""

    def result(self) -> dict[str, Any]:
        """As ``edgetop.result/1``."""
        return result(self.snapshot, dict(self.machine), self.operators)


def final(path: str) -> Final:
    """Replay a session as fast as it is read; raises BadSession."""
    feed = ReplayFeed(path, paced=False)
    loop = Loop(feed, Quiet(), lambda _: [])
    loop.run()
    return Final(loop.last, feed.description.machine, loop.operators)
