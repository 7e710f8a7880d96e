from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest
from PIL import Image

from edgetop.config import asset
from edgetop.errors import BadInput
from edgetop.inputs.source import SHIPPED, check_source, input_array, is_picture, picture_size


@pytest.mark.parametrize("source", [*SHIPPED, "noise"])
def test_what_ships_can_be_had_for_any_model(source, card):
    check_source(source)
    array = input_array(source, card(resize=80, crop=64))
    assert (array.shape, array.dtype) == ((1, 3, 64, 64), np.float32)
    assert array.std() > 10


@pytest.mark.parametrize("source", SHIPPED)
def test_shipped_pictures_are_small_files_with_enough_pixels(source):
    assert 30_000 < os.path.getsize(asset(f"{source}.jpg")) < 60_000
    with Image.open(asset(f"{source}.jpg")) as image:
        assert 256 <= min(image.size) <= 320


@pytest.mark.parametrize("name", ["pictures", "imagenet_labels", "efficientnet_lite0"])
def test_what_ships_has_its_licence_beside_it(name):
    with open(asset(f"{name}.NOTICE"), encoding="utf-8") as file:
        text = file.read()
    assert any(licence in text for licence in ("CC0", "BSD 3-Clause", "Apache License"))


def test_noise_is_the_same_on_every_machine(card):
    noise = input_array("noise", card())
    digest = hashlib.sha256(noise.astype("<f4").tobytes()).hexdigest()
    assert digest.startswith("91d5622cba3323a6")
    assert noise.mean() == pytest.approx(127.5, abs=3)
    assert noise.std() == pytest.approx(73.9, abs=3)


def test_the_same_source_gives_the_same_input(card):
    assert np.array_equal(input_array("cat", card()), input_array("cat", card()))


def test_only_noise_shows_nothing():
    assert [is_picture(source) for source in ("cat", "noise", "holiday.jpg")] == [True, False, True]


def test_the_size_of_a_picture_is_that_of_what_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (50, 30)).save(tmp_path / "turned.jpg", exif=exif)
    assert picture_size(str(tmp_path / "turned.jpg")) == (30, 50)


def test_a_path_is_a_source_too(tmp_path, card, monkeypatch):
    Image.new("RGB", (50, 50), (10, 20, 30)).save(tmp_path / "own.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (str(tmp_path / "own.png"), "~/own.png"):
        check_source(path)
        assert input_array(path, card())[0, :, 0, 0].tolist() == [10.0, 20.0, 30.0]


def test_a_file_without_suffix_is_read_all_the_same(tmp_path, card, monkeypatch):
    Image.new("RGB", (50, 50)).save(tmp_path / "own", format="PNG")
    monkeypatch.chdir(tmp_path)
    assert input_array("own", card()).shape == (1, 3, 32, 32)


@pytest.mark.parametrize(
    ("source", "title", "hint"),
    [
        ("caat", "no input named 'caat'", "cat"),
        ("zzz", "no input named 'zzz'", "cat, coffee, noise or the path"),
        ("none.jpg", "no picture at none.jpg", "Check the path"),
        ("/nowhere/cat", "no picture at /nowhere/cat", "Check the path"),
        ("/", "/ is a folder", "Give one picture"),
    ],
)
def test_a_source_that_is_not_there_is_refused_before_work_begins(source, title, hint, card):
    for act in (check_source, lambda s: input_array(s, card())):
        with pytest.raises(BadInput) as caught:
            act(source)
        assert caught.value.title == title
        assert hint in caught.value.hint
