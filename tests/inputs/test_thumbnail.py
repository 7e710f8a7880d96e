"""The small copy of the input picture."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PIL import Image

from edgetop.errors import BadInput
from edgetop.inputs.source import SHIPPED
from edgetop.inputs.thumbnail import thumbnail


@pytest.mark.parametrize("source", SHIPPED)
def test_a_shipped_picture_keeps_its_proportions_in_a_few_kilobytes(source):
    small = thumbnail(source)
    assert (small.columns, small.rows) == (96, 64)
    assert small.width / small.height == pytest.approx(1.5, abs=0.01)
    assert len(base64.b64decode(small.rgb)) == 96 * 64 * 3


@pytest.mark.parametrize(
    ("size", "small"), [((5, 3), (5, 3)), ((1, 1000), (1, 72)), ((1000, 2), (96, 1)), ((300, 600), (36, 72))]
)
def test_any_size_fits_and_none_is_enlarged(size, small, tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", size, (250, 128, 7)).save(path)
    picture = thumbnail(str(path))
    assert (picture.width, picture.height) == size
    assert (picture.columns, picture.rows) == small
    pixels = np.frombuffer(base64.b64decode(picture.rgb), np.uint8).reshape(-1, 3)
    assert (pixels == (250, 128, 7)).all()


def test_what_cannot_be_read_is_said():
    with pytest.raises(BadInput):
        thumbnail("/nowhere/a.png")
