"""Everything that can go wrong in words a user can act on.

EdgetopError                 title, hint, exit code
├── UsageError          (2)  refused before any work began
│   ├── UnknownName          a model, framework, precision or input that is not there
│   ├── BadModelFile         a model file that is missing, empty, damaged or of another format
│   ├── BadInput             a picture or folder that cannot be read
│   ├── BadSession           a file that is not a session, or not one this edgetop can read
│   ├── BadConfig            a setting that is not understood
│   ├── BadInterpreter       an interpreter that cannot run a worker
│   └── CannotWrite          a place that cannot be written
├── RunFailed           (1)  a run that had begun and could not go on
│   ├── WorkerDied           the worker process ended by itself
│   ├── DeadlineExceeded     a load or an inference took too long and was ended
│   ├── Interrupted          stopped before it was done
│   └── DiskFull             no room for the recording
├── FrameworkMissing    (1)  a framework that is not installed, or does not run here
└── ProbeError          (1)  a sensor that cannot be read; never stops a run
"""

from __future__ import annotations


class EdgetopError(Exception):
    """The root of all errors that edgetop shows to a user."""

    exit_code = 1

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title}. {self.hint}" if self.hint else self.title


class UsageError(EdgetopError):
    """Wrong usage or bad input, refused before work began."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that is not in the list it was looked up in."""


class BadModelFile(UsageError):
    """A model file that is missing, empty, damaged or of another format."""


class BadInput(UsageError):
    """A picture or folder that cannot be read."""


class BadSession(UsageError):
    """A file that is not a session, or not one that this edgetop can read."""


class BadConfig(UsageError):
    """A setting that is not understood."""


class BadInterpreter(UsageError):
    """An interpreter that is not there, is no Python, or cannot run a worker."""


class CannotWrite(UsageError):
    """A place that cannot be written."""


class RunFailed(EdgetopError):
    """A run that had begun and could not go on."""


class WorkerDied(RunFailed):
    """A worker process that ended by itself."""


class DeadlineExceeded(RunFailed):
    """A load, an inference or the writing of a file that took too long and was ended."""


class Interrupted(RunFailed):
    """Asked to stop before it was done: what it would have given is no longer wanted."""


class DiskFull(RunFailed):
    """No room is left for the recording."""


class FrameworkMissing(EdgetopError):
    """A framework that is not installed, or does not run here."""


class ProbeError(EdgetopError):
    """A sensor that cannot be read."""
