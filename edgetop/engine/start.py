"""From a plan to a running loop: resolved, checked, its recording opened, before anything is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Optional

from edgetop import units
from edgetop.backends.serving import Server
from edgetop.config import SessionSettings
from edgetop.engine.check import check_plan
from edgetop.engine.live import LiveFeed
from edgetop.engine.loop import Commands, Loop
from edgetop.engine.publish import Publisher
from edgetop.engine.recordings import Recordings
from edgetop.engine.resolve import NO_RECORD, later_session_path, placed, resolve
from edgetop.errors import CannotWrite, DiskFull
from edgetop.plan import Plan
from edgetop.protocol import Notice
from edgetop.sessions.recorder import Recorder
from edgetop.sessions.retention import remove_surplus


def live_loop(
    plan: Plan,
    publisher: Publisher,
    commands: Commands,
    served: Optional[Mapping[str, Server]] = None,
    keep: SessionSettings = SessionSettings(),  # noqa: B008  frozen
) -> Loop:
    """A loop that measures ``plan``, each framework where it is served; raises EdgetopError with nothing begun.

    ``keep`` says how much of what was recorded before is kept, where the new session goes to the usual folder.
    """
    plan = placed(plan, served or {})
    check_plan(plan)
    named = bool(plan.record)
    plan = resolve(plan)
    if not named:
        _make_room(os.path.dirname(plan.record), keep, publisher)
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


def _make_room(folder: str, keep: SessionSettings, publisher: Publisher) -> None:
    """Remove what the settings do not keep, and say so; before a file is open here, see ``sessions/hold.py``."""
    removed = remove_surplus(folder, time.time(), keep.keep_days, keep.keep_bytes)
    if removed:
        names = ", ".join(os.path.basename(session.path) for session in removed[:3])
        more = f" and {len(removed) - 3} more" if len(removed) > 3 else ""
        freed = units.size(sum(session.size_bytes for session in removed))
        publisher.publish(Notice(f"Old recordings were removed: {freed}", f"As [sessions] says: {names}{more}"))
