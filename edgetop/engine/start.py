"""From a plan to a running loop: checked, with its recording opened, before anything is measured."""

from __future__ import annotations

import dataclasses
import os
from datetime import datetime

from edgetop.config import sessions_folder
from edgetop.engine.check import check_plan
from edgetop.engine.live import LiveFeed
from edgetop.engine.loop import Commands, Loop
from edgetop.engine.publish import Publisher
from edgetop.errors import CannotWrite
from edgetop.plan import Plan
from edgetop.sessions.recorder import Recorder
from edgetop.sessions.creation import new_session_path

NO_RECORD = "none"


def live_loop(plan: Plan, publisher: Publisher, commands: Commands) -> Loop:
    """A loop that measures ``plan``; raises UsageError with nothing begun."""
    check_plan(plan)
    plan = dataclasses.replace(plan, record=_session_path(plan))
    feed = LiveFeed(plan)
    try:
        recorder = Recorder(plan.record, feed.description) if plan.record != NO_RECORD else None
    except Exception:
        feed.close()
        raise
    return Loop(feed, publisher, commands, recorder)


def _session_path(plan: Plan) -> str:
    if plan.record:
        return plan.record if plan.record == NO_RECORD else os.path.abspath(plan.record)
    folder = sessions_folder()
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise CannotWrite(
            f"Cannot make the folder {folder}: {error.strerror}", "Name a file with --record, or use --no-record"
        ) from error
    return new_session_path(folder, plan.runs[0].model, datetime.now())
