"""The session files of one measurement: one at a time, begun and ended at any moment."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Callable, Optional, Union

from edgetop.clock import now_ns, wall_ns
from edgetop.engine.standing import Standing
from edgetop.errors import EdgetopError
from edgetop.protocol import Notice, Recording
from edgetop.readings import Missing
from edgetop.samples import Batch, Event
from edgetop.sessions.description import Description
from edgetop.sessions.recorder import Recorder

_SPANNING = ("turn", "window", "idle", "alone")
"""Kinds of events that tell of a stretch of time: one that began before the file is not whole in it."""

NewPath = Callable[[], str]
"""Where a file goes that is begun while the measurement goes on; raises CannotWrite."""


class Recordings:
    """Hands batches to the file under way; none of its methods raises or waits for the disk, but ``close``."""

    def __init__(self, description: Description, new_path: NewPath, recorder: Optional[Recorder] = None) -> None:
        self._description = description
        self._new_path = new_path
        self._recorder = recorder
        self._ended: list[Recorder] = []
        self._standing = Standing()
        self._first_ns = 0
        self._told: Optional[Notice] = None
        self.failure: Optional[EdgetopError] = None
        """Why a file could not be written to its end, or None."""

    @property
    def path(self) -> str:
        """The newest file; empty where there was none."""
        newest = self._recorder or (self._ended[-1] if self._ended else None)
        return newest.path if newest is not None else ""

    def add(self, batch: Batch) -> None:
        """Take in a batch, recorded or not: what stands of it, a later file begins with."""
        self._standing.add(batch.events)
        if self._recorder is not None:
            whole = tuple(event for event in batch.events if self._is_whole(event))
            self._recorder.add(batch if len(whole) == len(batch.events) else dataclasses.replace(batch, events=whole))
            self.failure = self.failure or self._recorder.failure

    def _is_whole(self, event: Event) -> bool:
        return event.kind not in _SPANNING or event.data["start_ns"] >= self._first_ns

    def switch(self, on: bool) -> list[Notice]:
        """Begin a file, or end the one under way; what there is to say of it."""
        if on and self._recorder is None:
            return self._begin()
        if not on and self._recorder is not None:
            self._recorder.finish()
            self._ended.append(self._recorder)
            self._recorder = None
            return [Notice("The recording has ended", self.path)]
        return []

    def _begin(self) -> list[Notice]:
        start_ns = now_ns()
        description = dataclasses.replace(
            self._description,
            session_id=uuid.uuid4().hex,
            t0_mono_ns=start_ns,
            t0_unix_ns=wall_ns(),
            since_ns=start_ns - self._description.t0_mono_ns,
        )
        try:
            self._recorder = Recorder(self._new_path(), description)
        except EdgetopError as error:
            return [Notice(error.title, error.hint, "error")]
        self._first_ns = start_ns
        self._recorder.add(Batch(start_ns, events=self._standing.events()))
        return [Notice("Recording", self.path)]

    def status(self) -> Union[Recording, Missing]:
        """The file under way, as of its last second."""
        return Missing("not recording") if self._recorder is None else self._recorder.status()

    def trouble(self) -> Optional[Notice]:
        """What is wrong with the file under way, once each time that it begins."""
        notice = self._trouble()
        new = notice if notice != self._told else None
        self._told = notice
        return new

    def _trouble(self) -> Optional[Notice]:
        if self._recorder is None:
            return None
        failure, message = self._recorder.failure, self._recorder.status().message
        if failure is not None:
            return Notice(failure.title, failure.hint, "error")
        return Notice(message, "Free some room; what was recorded until then is kept", "warning") if message else None

    def close(self) -> None:
        """End the file under way, and wait until all are closed; never raises, see ``failure``."""
        for recorder in [*self._ended, *filter(None, [self._recorder])]:
            recorder.close()
            self.failure = self.failure or recorder.failure
