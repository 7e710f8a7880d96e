"""From a plan to a running loop: resolved, checked, its recording opened, before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from edgetop.backends.serving import Server
from edgetop.engine.check import check_plan
from edgetop.engine.live import LiveFeed
from edgetop.engine.loop import Commands, Loop
from edgetop.engine.publish import Publisher
from edgetop.engine.recordings import Recordings
from edgetop.engine.resolve import NO_RECORD, later_session_path, placed, resolve
from edgetop.errors import CannotWrite, DiskFull
from edgetop.plan import Plan
from edgetop.sessions.recorder import Recorder


def live_loop(
    plan: Plan, publisher: Publisher, commands: Commands, served: Optional[Mapping[str, Server]] = None
) -> Loop:
    """A loop that measures ``plan``, each framework where it is served; raises EdgetopError with nothing begun."""
    plan = placed(plan, served or {})
    check_plan(plan)
    plan = resolve(plan)
    feed = LiveFeed(plan)
    try:
        recorder = Recorder(plan.record, feed.description) if plan.record != NO_RECORD else None
    except DiskFull as error:  # nothing has begun: a place that cannot be written, as any other
        feed.close()
        raise CannotWrite(error.title, error.hint) from error
    except Exception:
        feed.close()
        raise
    return Loop(feed, publisher, commands, Recordings(feed.description, lambda: later_session_path(plan), recorder))
