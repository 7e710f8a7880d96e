from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

from edgetop.errors import BadInput
from edgetop.inputs.calibration import MOST, MOST_OTHERS, SHIPPED_PICTURES, folder_pictures, variant
from edgetop.inputs.source import input_array


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path, picture):
    """A folder with two pictures and a text."""
    Image.fromarray(picture).save(tmp_path / "b.png")
    Image.fromarray(picture[::-1]).save(tmp_path / "a.PNG")
    (tmp_path / "read.me").write_text("no picture")
    return tmp_path


def test_the_pictures_themselves_come_first(card):
    inputs = SHIPPED_PICTURES.inputs(card(), 4)
    assert inputs.shape == (4, 3, 32, 32)
    assert (inputs[:1] == input_array("cat", card())).all()
    assert (inputs[1:2] == input_array("coffee", card())).all()


def test_no_input_comes_twice_before_the_hundredth(card):
    inputs = SHIPPED_PICTURES.inputs(card(), 100)
    assert len({each.tobytes() for each in inputs}) == 100
    assert (SHIPPED_PICTURES.inputs(card(), 3, skip=5) == inputs[5:8]).all()


def test_variants_are_parts_mirrored_and_of_other_brightness(picture):
    assert (variant(picture, 0) == picture).all()
    assert (variant(picture, 1) == (picture[:36, :54][:, ::-1] * np.float32(0.6)).astype(np.uint8)).all()
    assert variant(picture, 2).shape == (30, 45, 3)
    assert np.median(variant(picture, 2)) > 1.3 * np.median(picture)


def test_a_folders_pictures_are_taken_as_they_are_in_the_order_of_their_names(folder, card, picture):
    inputs = folder_pictures(str(folder)).inputs(card(), 1)
    assert len(inputs) == 2
    assert (inputs[1:] == input_array(str(folder / "b.png"), card())).all()


def test_a_folder_is_known_by_what_is_in_its_pictures(folder):
    name = folder_pictures(str(folder)).name
    assert folder_pictures(str(folder)).name == name
    (folder / "b.png").write_bytes((folder / "a.PNG").read_bytes())
    assert folder_pictures(str(folder)).name != name


def test_of_a_large_folder_some_are_taken(folder):
    for number in range(MOST):
        (folder / f"c{number:02}.png").write_bytes((folder / "b.png").read_bytes())
    pictures = folder_pictures(str(folder))
    assert len(pictures.paths) == MOST
    assert [os.path.basename(path) for path in pictures.others] == ["c38.png", "c39.png"]


def test_what_is_left_of_a_folder_is_there_to_judge_by(folder, card):
    assert folder_pictures(str(folder)).unseen(card(), 9).shape == (0, 3, 32, 32)
    for number in range(MOST + MOST_OTHERS):
        (folder / f"c{number:03}.png").write_bytes((folder / "b.png").read_bytes())
    pictures = folder_pictures(str(folder))
    assert (len(pictures.others), set(pictures.others) & set(pictures.paths)) == (MOST_OTHERS, set())
    assert (pictures.unseen(card(), 2) == np.repeat(input_array(str(folder / "b.png"), card()), 2, axis=0)).all()


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no pictures"):
        folder_pictures(str(tmp_path))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="cannot read"):
        folder_pictures(str(tmp_path / "none"))


def test_a_file_that_is_no_picture_is_refused_by_name(folder):
    (folder / "c.jpg").write_text("no picture")
    with pytest.raises(BadInput, match=r"c\.jpg"):
        folder_pictures(str(folder))
