"""Inputs made ahead are those made one by one; what cannot be read is told; never more than three batches exist."""

import contextlib
import errno
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from edgetop.config import asset
from edgetop.errors import RunFailed
from edgetop.inputs import ahead
from edgetop.inputs.ahead import Ahead
from edgetop.inputs.pictures import read_picture
from edgetop.inputs.prepare import prepare, recipe_sha256


def right(number, size):
    return ""


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(ahead, "MOST", 3)


@pytest.fixture
def paths(tmp_path):
    """Eight pictures: colours, sizes, grey, CMYK, transparent, sixteen bits."""
    modes = ("RGB", "L", "CMYK", "RGBA", "P", "I;16", "RGB", "1")
    noise = np.random.default_rng(5)
    for number, mode in enumerate(modes):
        pixels = Image.fromarray(noise.integers(0, 255, (40 + 9 * number, 90, 3), np.uint8))
        path = tmp_path / f"{number}.{'jpg' if mode == 'CMYK' else 'png'}"
        plain = Image.fromarray(np.full((40, 40), 9000, np.uint16)) if mode == "I;16" else pixels.convert(mode)
        plain.save(path)
    return sorted(str(path) for path in tmp_path.iterdir())


def test_every_picture_is_what_it_is_alone(paths, card, few):
    seen = {}
    with Ahead(range(8), paths.__getitem__, card(), right) as batches:
        for made in batches:
            assert len(made.numbers) <= 3 and not made.faults
            for number, size, values in zip(made.numbers, made.sizes, np.load(made.path)):
                seen[number] = values
                assert size == read_picture(paths[number]).shape[1::-1]
    assert list(seen) == list(range(8))
    for number, values in seen.items():
        np.testing.assert_array_equal(values[None], prepare(read_picture(paths[number]), card()))


def test_damaged_missing_and_refused_pictures_are_named_and_the_others_come(paths, card, tmp_path, few):
    (tmp_path / "1.png").write_bytes(b"no picture")
    os.remove(paths[4])
    whole = Path(asset("cat.jpg")).read_bytes()
    (tmp_path / "6.png").write_bytes(whole[: len(whole) // 2])
    refused = {7: "of another set"}
    with Ahead(range(8), paths.__getitem__, card(), lambda number, size: refused.get(number, "")) as batches:
        made = list(batches)
    assert [number for each in made for number in each.numbers] == [0, 2, 3, 5]
    faults = dict(fault for each in made for fault in each.faults)
    assert faults[7] == "of another set"
    assert "no picture at" in faults[4] and "of no known kind" in faults[1] and "cannot read" in faults[6]


def test_a_slow_user_finds_at_most_three_files(paths, card, monkeypatch):
    monkeypatch.setattr(ahead, "MOST", 1)
    files = set()
    with Ahead([*range(8)] * 3, paths.__getitem__, card(), right) as batches:
        for made in batches:
            before = np.load(made.path)
            time.sleep(0.02)
            np.testing.assert_array_equal(before, np.load(made.path))  # nothing is written over what is in use
            files.add(made.path)
    assert len(files) == 3


def memories():
    """Open memory without a name, of this process; what earlier tests left to the collector may close at any time."""
    links = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{name}"))
    return sum("memfd:" in link and "pictures" in link for link in links)


def test_leaving_early_ends_the_thread_and_the_files(paths, card, few):
    before = memories()
    with Ahead([*range(8)] * 50, paths.__getitem__, card(), right) as batches:
        assert os.path.exists(next(iter(batches)).path)
        assert memories() == before + 4
    assert memories() == before
    assert "pictures" not in {thread.name for thread in threading.enumerate()}


def test_no_memory_is_a_failure_in_words(paths, card, few, monkeypatch):
    def full(file, array):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "save", full)
    with (
        pytest.raises(RunFailed, match="No memory for pictures: No space left"),
        Ahead(range(8), paths.__getitem__, card(), right) as batches,
    ):
        list(batches)


def test_large_inputs_come_in_small_batches():
    large = SimpleNamespace(input_shape=(1, 3, 1024, 1024), preprocessing=None)
    assert Ahead([], str, large, right)._size == 1


def test_the_recipe_changes_with_every_part(card):
    sums = {recipe_sha256(card())}
    parts = ({"resize": 40}, {"crop": 24}, {"mean": (1.0, 0, 0)}, {"std": (2.0, 1, 1)}, {"resample": "bicubic"})
    for change in (*parts, {"channel_order": "BGR"}, {"fit": "stretch"}, {"fill": (1, 1, 1)}):
        sums.add(recipe_sha256(card(**change)))
    assert len(sums) == 9
