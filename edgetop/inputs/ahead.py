"""Pictures made into a model's inputs ahead of their use, by one thread, some at a time, in files that are used again.

Whatever the size of the data set, three batches exist at most: one in use, one ready, one being made.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Callable, Optional, Union

import numpy as np

from edgetop.errors import BadInput, EdgetopError, RunFailed
from edgetop.inputs.pictures import read_picture
from edgetop.inputs.prepare import Card, Input, prepare

BATCH_BYTES = 8 << 20
MOST = 32
"""Inputs in a batch."""
FILES = 3
MEMORY = "/dev/shm"
"""Files there are in memory: a board's card is spared."""
POLL_S = 0.1

Size = tuple[int, int]
"""Width and height of a picture."""


@dataclass(frozen=True)
class Prepared:
    """Some pictures' inputs in an .npy file, [n, C, H, W] of float32, until the next are asked for."""

    path: str
    numbers: tuple[int, ...]
    """Of the pictures, in the order of their inputs."""
    sizes: tuple[Size, ...]
    faults: tuple[tuple[int, str], ...]
    """Pictures among them that cannot be read, and why."""


class Ahead:
    """Iterates over the inputs of pictures, by their numbers; to be used as a context, which ends its thread.

    ``check`` says what is wrong with a picture of that number and size, or nothing.
    """

    def __init__(
        self, numbers: Sequence[int], path: Callable[[int], str], card: Card, check: Callable[[int, Size], str]
    ) -> None:
        self._numbers, self._path, self._card, self._check = numbers, path, card, check
        values = int(np.prod(card.input_shape)) * 4
        self._size = max(1, min(MOST, BATCH_BYTES // values))
        self._ready: queue.Queue[Union[Prepared, EdgetopError, None]] = queue.Queue(maxsize=1)
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._make_all, name="pictures", daemon=True)
        self._folder = ""

    def __enter__(self) -> Ahead:
        room = MEMORY if os.access(MEMORY, os.W_OK) and _free(MEMORY) > 2 * FILES * BATCH_BYTES else None
        self._folder = tempfile.mkdtemp(prefix="edgetop-", dir=room)
        self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._leaving.set()
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __iter__(self) -> Iterator[Prepared]:
        while True:
            made = self._ready.get()
            if made is None:
                return
            if isinstance(made, EdgetopError):
                raise made
            yield made

    def _make_all(self) -> None:
        try:
            for nth, start in enumerate(range(0, len(self._numbers), self._size)):
                self._hand_over(self._make(nth, self._numbers[start : start + self._size]))
                if self._leaving.is_set():
                    return
            self._hand_over(None)
        except OSError as error:
            self._hand_over(RunFailed(f"Cannot keep pictures in {self._folder}: {error.strerror}", "Free some room"))
        except Exception as error:  # the thread's edge: whoever waits must not wait for ever
            self._hand_over(
                RunFailed(f"{type(error).__name__}: {error}", "This is a fault of edgetop: please report it")
            )

    def _hand_over(self, made: Union[Prepared, EdgetopError, None]) -> None:
        while not self._leaving.is_set():
            with contextlib.suppress(queue.Full):
                self._ready.put(made, timeout=POLL_S)
                return

    def _make(self, nth: int, numbers: Sequence[int]) -> Prepared:
        kept: list[int] = []
        inputs: list[Input] = []
        sizes: list[Size] = []
        faults: list[tuple[int, str]] = []
        for number in numbers:
            try:
                made, size = self._input(number)
            except BadInput as error:
                faults.append((number, error.title))
                continue
            kept.append(number)
            inputs.append(made)
            sizes.append(size)
        path = os.path.join(self._folder, f"{nth % FILES}.npy")
        if inputs:
            np.save(path, np.concatenate(inputs))
        return Prepared(path, tuple(kept), tuple(sizes), tuple(faults))

    def _input(self, number: int) -> tuple[Input, Size]:
        pixels = read_picture(self._path(number))
        size = pixels.shape[1], pixels.shape[0]
        wrong = self._check(number, size)
        if wrong:
            raise BadInput(wrong)
        return prepare(pixels, self._card), size


def _free(folder: str) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
