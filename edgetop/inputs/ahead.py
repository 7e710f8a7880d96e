"""Pictures made into a model's inputs ahead of their use, by one thread, some at a time, in files that are used again.

Whatever the size of the data set, three batches exist at most: one in use, one ready, one being made. The files are
memory without a name: a board's card is spared, and they end with this process, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Callable, Optional, Union

import numpy as np

from edgetop.clock import now_ns
from edgetop.errors import BadInput, EdgetopError, RunFailed
from edgetop.inputs.pictures import read_picture
from edgetop.inputs.prepare import Card, Input, prepare

BATCH_BYTES = 8 << 20
MOST = 32
"""Inputs in a batch."""
FILES = 3
POLL_S = 0.1

Size = tuple[int, int]
"""Width and height of a picture."""


@dataclass(frozen=True)
class Prepared:
    """Some pictures' inputs in an .npy file, [n, C, H, W] of float32, until the next are asked for."""

    path: str
    numbers: tuple[int, ...]
    """Of the pictures, in the order of their inputs."""
    made_ns: tuple[int, ...]
    """What reading and preparing each of them took."""
    sizes: tuple[Size, ...]
    faults: tuple[tuple[int, str], ...]
    """Pictures among them that cannot be read, and why."""
    out: str
    """A file for what is answered to them."""


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
        self._files: list[BinaryIO] = []

    def __enter__(self) -> Ahead:
        self._files = [os.fdopen(os.memfd_create("pictures"), "w+b") for _ in range(FILES + 1)]
        self._thread.start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._leaving.set()
        self._thread.join()
        for file in self._files:
            file.close()

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
            self._hand_over(RunFailed(f"No memory for pictures: {error.strerror}", "End other programs"))
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
        spent: list[int] = []
        sizes: list[Size] = []
        faults: list[tuple[int, str]] = []
        for number in numbers:
            begin_ns = now_ns()
            try:
                made, size = self._input(number)
            except BadInput as error:
                faults.append((number, error.title))
                continue
            spent.append(now_ns() - begin_ns)
            kept.append(number)
            inputs.append(made)
            sizes.append(size)
        file = self._files[nth % FILES]
        if inputs:
            file.seek(0)
            file.truncate()
            np.save(file, np.concatenate(inputs))
            file.flush()
        return Prepared(_path(file), tuple(kept), tuple(spent), tuple(sizes), tuple(faults), _path(self._files[FILES]))

    def _input(self, number: int) -> tuple[Input, Size]:
        pixels = read_picture(self._path(number))
        size = pixels.shape[1], pixels.shape[0]
        wrong = self._check(number, size)
        if wrong:
            raise BadInput(wrong)
        return prepare(pixels, self._card), size


def _path(file: BinaryIO) -> str:
    """By which a worker opens it."""
    return f"/proc/{os.getpid()}/fd/{file.fileno()}"
