"""A group of sysfs files that hold one whole number each: what temperatures and clocks are read from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Callable, Union

from edgetop.errors import ProbeError
from edgetop.probes.keptfile import KeptFile
from edgetop.readings import Missing, Reading


class NumberFiles:
    """Open files, one a channel; a file that cannot be read is Missing, all of them a ProbeError."""

    def __init__(self, paths: Sequence[str], clock_ns: Callable[[], int]) -> None:
        self._paths = tuple(paths)
        self._clock_ns = clock_ns
        self._files: dict[str, KeptFile] = {}

    def read(self, factor: float) -> tuple[Union[Reading, Missing], ...]:
        """Each number times ``factor``; raises ProbeError when not one file is left."""
        values = tuple(self._value(path, factor) for path in self._paths)
        if all(isinstance(value, Missing) for value in values) and not any(map(os.path.exists, self._paths)):
            raise ProbeError(f"{os.path.dirname(self._paths[0])} is gone", "Its driver was unloaded")
        return values

    def _value(self, path: str, factor: float) -> Union[Reading, Missing]:
        try:
            file = self._files.get(path)
            if file is None:
                file = self._files[path] = KeptFile(path, 64)
            number = int(file.read())
        except (OSError, ValueError) as error:
            self._drop(path)  # opened anew the next time: a driver that was loaded again has a new file
            reason = error.strerror if isinstance(error, OSError) else "not a number"
            return Missing(f"{path} cannot be read: {reason}")
        return Reading(self._clock_ns(), number * factor)

    def _drop(self, path: str) -> None:
        file = self._files.pop(path, None)
        if file is not None:
            file.close()

    def close(self) -> None:
        """Let go of all files."""
        for path in tuple(self._files):
            self._drop(path)
