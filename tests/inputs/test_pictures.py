from __future__ import annotations

import os
import random

import numpy as np
import pytest
from PIL import Image

from edgetop.config import asset
from edgetop.errors import BadInput
from edgetop.inputs import pictures
from edgetop.inputs.pictures import check_picture, read_picture

ORIENTATION = 0x0112


@pytest.fixture
def gradient():
    """24 rows of 40 columns: red grows to the right, green downwards, blue is half."""
    pixels = np.zeros((24, 40, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 255, 40)
    pixels[:, :, 1] = np.linspace(0, 255, 24)[:, None]
    pixels[:, :, 2] = 128
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("mode", "suffix", "tolerance"),
    [
        ("RGB", "png", 0),
        ("RGB", "bmp", 0),
        ("RGB", "webp", 60),
        ("RGB", "jpg", 60),
        ("RGB", "gif", 60),
        ("RGBA", "png", 0),
        ("P", "png", 60),
        ("CMYK", "tiff", 2),
        ("CMYK", "jpg", 60),
        ("YCbCr", "jpg", 60),
    ],
)
def test_colour_of_any_mode_comes_out_as_rgb(mode, suffix, tolerance, gradient, tmp_path):
    path = tmp_path / f"picture.{suffix}"
    gradient.convert(mode).save(path)
    pixels = read_picture(str(path))
    assert (pixels.shape, pixels.dtype) == ((24, 40, 3), np.uint8)
    assert np.abs(pixels.astype(int) - np.asarray(gradient)).max() <= tolerance


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_of_any_mode_has_three_equal_channels(mode, gradient, tmp_path):
    path = tmp_path / "grey.png"
    gradient.convert(mode).save(path)
    pixels = read_picture(str(path))
    assert pixels.shape == (24, 40, 3)
    assert (pixels == pixels[:, :, :1]).all()
    assert pixels[23, 39, 0] > pixels[0, 0, 0]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_are_scaled_and_not_cut_off(suffix, tmp_path):
    path = tmp_path / f"deep.{suffix}"
    Image.fromarray(np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)).save(path)
    pixels = read_picture(str(path))
    assert (pixels[0, 0, 0], pixels[7, 7, 0]) == (0, 255)
    assert abs(int(pixels[4, 0, 0]) - 129) <= 1


def test_floats_of_unknown_range_are_refused(tmp_path):
    path = tmp_path / "float.tiff"
    Image.fromarray(np.ones((8, 8), np.float32)).save(path)
    with pytest.raises(BadInput, match="float"):
        read_picture(str(path))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode, tmp_path):
    path = tmp_path / "clear.png"
    if mode == "P":
        Image.new("P", (8, 8), 0).save(path, transparency=0)
    else:
        Image.new(mode, (8, 8), (0,) * len(mode)).save(path)
    assert (read_picture(str(path)) == 255).all()


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "top left"), (3, "bottom right"), (6, "top right"), (8, "bottom left")]
)
def test_a_picture_is_turned_upright(orientation, corner, tmp_path):
    upright = Image.new("RGB", (40, 24))
    upright.paste((255, 255, 255), (0, 0, 8, 8))  # white in the stored picture's top left corner
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = tmp_path / "turned.png"
    upright.save(path, exif=exif)
    pixels = read_picture(str(path))
    assert pixels.shape == ((40, 24, 3) if orientation in (6, 8) else (24, 40, 3))
    row = 0 if "top" in corner else -1
    column = 0 if "left" in corner else -1
    assert pixels[row, column, 0] == 255


def test_the_first_frame_of_an_animation_is_read(tmp_path):
    path = tmp_path / "moving.gif"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert read_picture(str(path))[0, 0].tolist() == [255, 0, 0]


def missing(folder):
    return folder / "none.jpg"


def directory(folder):
    return folder


def not_a_file(folder):
    os.mkfifo(folder / "pipe.jpg")
    return folder / "pipe.jpg"


def empty(folder):
    (folder / "empty.jpg").write_bytes(b"")
    return folder / "empty.jpg"


def text(folder):
    (folder / "text.jpg").write_text("no picture")
    return folder / "text.jpg"


def header_only(folder):
    with open(asset("cat.jpg"), "rb") as file:
        (folder / "header.jpg").write_bytes(file.read(12))
    return folder / "header.jpg"


BAD = {
    missing: "no picture at",
    directory: "is a folder",
    not_a_file: "is not a file",
    empty: "is empty",
    text: "of no known kind",
    header_only: "cannot read",
}


@pytest.mark.parametrize("act", [check_picture, read_picture])
@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_a_bad_file_is_refused_with_a_hint(act, make, tmp_path):
    with pytest.raises(BadInput, match=BAD[make]) as caught:
        act(str(make(tmp_path)))
    assert caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_truncated_picture_is_refused(suffix, part, gradient, tmp_path):
    path = tmp_path / f"cut.{suffix}"
    gradient.resize((300, 300)).save(path)
    os.truncate(path, int(os.path.getsize(path) * part))
    with pytest.raises(BadInput, match="cannot read"):
        read_picture(str(path))


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path):
    path = tmp_path / "wide.png"
    Image.new("1", (9000, 8000)).save(path)
    with pytest.raises(BadInput, match="9000 x 8000") as caught:
        check_picture(str(path))
    assert "64 Mpixel" in caught.value.hint


def test_a_decompression_bomb_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "bomb.png"
    Image.new("1", (100, 100)).save(path)
    for limit in (1000, 9000):  # Pillow raises an error above twice its limit, and warns above it
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(BadInput, match="too large") as caught:
            read_picture(str(path))
        assert str(pictures.MAX_PIXELS // 2**20) in caught.value.hint


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "tiff", "ico"])
def test_damage_anywhere_gives_a_picture_or_a_refusal(suffix, gradient, tmp_path, capfd):
    chance = random.Random(suffix)
    path = tmp_path / f"picture.{suffix}"
    gradient.save(path)
    whole = path.read_bytes()
    refused = 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[chance.randrange(min(len(damaged), 300))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            assert read_picture(str(path)).shape[2] == 3
        except BadInput:
            refused += 1
    assert refused
