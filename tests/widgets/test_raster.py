"""Pixels from a message, at any size."""

import base64

import pytest

from edgetop.protocol import Picture
from edgetop.widgets.raster import Raster, decoded, resampled, weights


def picture(columns, rows, data, width=640, height=480):
    return Picture(width, height, columns, rows, base64.b64encode(bytes(data)).decode())


def test_pixels_are_read_row_by_row():
    raster = decoded(picture(2, 2, range(12)))
    assert raster == Raster(640, 480, [[(0, 1, 2), (3, 4, 5)], [(6, 7, 8), (9, 10, 11)]])


@pytest.mark.parametrize(
    "damaged",
    [
        picture(2, 2, range(9)),
        picture(0, 2, ()),
        picture(2, 1, range(6), width=0),
        Picture(640, 480, 2, 1, "not base64!"),
        Picture(640, 480, 2, 1, "AAEC\N{REPLACEMENT CHARACTER}AQF"),
    ],
)
def test_a_damaged_picture_is_none(damaged):
    assert decoded(damaged) is None


@pytest.mark.parametrize("source", [1, 2, 3, 7, 96])
@pytest.mark.parametrize("target", [1, 2, 5, 21, 150])
def test_every_pixel_is_made_of_pixels_that_are_there(source, target):
    for first, shares in weights(source, target):
        assert shares
        assert first >= 0 and first + len(shares) <= source
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0


def test_its_own_size_is_the_picture_itself():
    raster = decoded(picture(3, 2, range(18)))
    assert resampled(raster, 3, 2) == raster.rows


def test_smaller_is_the_mean_and_larger_goes_over_gently():
    raster = Raster(4, 1, [[(0, 0, 0), (0, 0, 0), (200, 100, 0), (200, 100, 0)]])
    assert resampled(raster, 1, 1) == [[(100, 50, 0)]]
    reds = [pixel[0] for pixel in resampled(raster, 8, 1)[0]]
    assert reds == sorted(reds) and reds[0] == 0 and reds[-1] == 200 and len(set(reds)) > 2
