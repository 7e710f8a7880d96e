"""Damaged model files, on every framework that is here and in each of its formats, through a worker as a run has it.

Whatever native code makes of them (it may raise, return a code, abort, crash or hang) is one sentence that names
framework and file, and a file that is no model never runs. One worker loads one file after another until it dies.
"""

from __future__ import annotations

import dataclasses
import resource

import numpy as np
import pytest

from edgetop.backends.availability import availability
from edgetop.backends.registry import OWN, backend
from edgetop.errors import FrameworkMissing, RunFailed
from edgetop.measure.runner import Runner
from edgetop.networks import files, writers
from edgetop.plan import Deadlines, RunSpec
from edgetop.readings import Missing

DEADLINES = Deadlines(load_s=60, inference_s=10)
MEMORY_BYTES = 5 << 30
"""Address space of a worker: a damaged size is refused by the system before it takes the machine's memory."""
LONGEST = 500


def flipped(data, seed, within, bits):
    damaged = bytearray(data)
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, min(within, len(data)), bits):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


NO_MODEL = {
    "empty": lambda data: b"",
    "noise": lambda data: np.random.default_rng(3).bytes(len(data)),
    "picture": lambda data: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "noise behind the mark": lambda data: data[:8] + np.random.default_rng(4).bytes(len(data)),
    "cut in half": lambda data: data[: len(data) // 2],
}
"""Damages after which nothing may run."""
PERHAPS_A_MODEL = {
    "damaged head": lambda data: b"\xff" * 64 + data[64:],
    **{f"flipped {seed}": lambda data, seed=seed: flipped(data, seed, len(data), 40) for seed in range(4)},
    **{f"flipped in the head {seed}": lambda data, seed=seed: flipped(data, seed, 600, 2) for seed in range(6)},
}
"""Weights with flipped bits are still weights: such a model may run."""


def loaders():
    """Each framework with the first of its variants for each format that edgetop writes."""
    for framework in OWN:
        first = {}
        for variant in backend(framework).variants:
            first.setdefault(variant.format, variant)
        for variant in first.values():
            if framework != "null" and variant.format in writers.WRITERS:
                yield pytest.param(framework, variant, id=f"{framework}-{variant.format}")


class Loader:
    """Workers of one variant: a new one after each that died."""

    def __init__(self, framework, variant):
        self._spec = RunSpec(0, "tiny", framework, variant.precisions[0], variant=variant.name)
        self._runner = None

    def outcome(self, model):
        """What a run of the file comes to: ``ran``, or the error."""
        if self._runner is None:
            self._runner = Runner(self._spec, DEADLINES)
            resource.prlimit(self._runner.pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        options = {"precision": self._spec.precision, "variant": self._spec.variant}
        load = {"do": "load", "framework": self._spec.framework, "model": dataclasses.asdict(model)}
        turn = {"do": "turn", "count": 1, "least": 1, "seconds": 0, "set_aside": 0}
        try:
            for command in ({**load, "options": options}, {"do": "inputs"}, turn):
                self._runner.ask(command, lambda: False)
        except RunFailed as error:
            if self._runner._has_ended():
                self.close()
            return error
        return "ran"

    def close(self):
        if self._runner is not None:
            self._runner.close()
            self._runner = None


@pytest.mark.parametrize(("framework", "variant"), list(loaders()))
def test_a_damaged_file_is_told_in_a_sentence_and_never_taken_for_a_model(framework, variant, tmp_path):
    here = availability(framework).version
    if isinstance(here, Missing):
        pytest.skip(f"{framework}: {here.reason}")
    try:
        whole = files.model_file("tiny", variant.format, variant.precisions[0])
    except FrameworkMissing as error:
        pytest.skip(error.title)
    loader = Loader(framework, variant)
    try:
        assert loader.outcome(whole) == "ran"
        title = backend(framework).title
        told = [problem(loader.outcome(each[1]), *each, title) for each in damaged(whole, tmp_path)]
    finally:
        loader.close()
    assert not any(told), "\n".join(filter(None, told))


def damaged(whole, folder):
    """Each damage of each file: its name, the model, whether it may run."""
    for place, path in enumerate(whole.paths):
        with open(path, "rb") as file:
            data = file.read()
        for name, damage in {**NO_MODEL, **PERHAPS_A_MODEL}.items():
            broken = folder / f"broken{writers.SUFFIXES[whole.format][place]}"
            broken.write_bytes(damage(data))
            paths = [*whole.paths[:place], str(broken), *whole.paths[place + 1 :]]
            yield f"{broken.suffix} {name}", dataclasses.replace(whole, paths=tuple(paths)), name in PERHAPS_A_MODEL


def problem(came, name, model, may_run, title):
    """What is wrong with an outcome; empty where nothing is."""
    if came == "ran":
        return "" if may_run else f"{name}: ran"
    read_by_edgetop = model.format == "graph"  # its own format: no framework is at work yet
    named = (read_by_edgetop or title in came.title) and any(path in came.title for path in model.paths)
    short = came.title.isprintable() and len(came.title) < LONGEST + sum(map(len, model.paths))
    return "" if named and short and came.hint else f"{name}: {came.title!r} {came.hint!r}"
