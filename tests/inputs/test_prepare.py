from __future__ import annotations

import numpy as np
import pytest

from edgetop.inputs.prepare import fitted, normalise, prepare


def test_the_middle_square_is_taken(how):
    pixels = np.zeros((36, 72, 3), np.uint8)
    pixels[2:34, 20:52] = 255  # the 32 x 32 in the middle
    assert (fitted(pixels, how()) == 255).all()


@pytest.mark.parametrize("size", [(36, 36), (1, 1), (100, 41), (41, 100), (3, 1000), (2000, 7)])
@pytest.mark.parametrize("resample", ["bilinear", "bicubic"])
def test_any_size_gives_the_input_shape(size, resample, card):
    prepared = prepare(np.full((*size, 3), 9, np.uint8), card(resample=resample))
    assert (prepared.shape, prepared.dtype) == ((1, 3, 32, 32), np.float32)
    assert (prepared == 9.0).all()
    assert prepared.flags.c_contiguous


def test_proportions_are_kept(how):
    pixels = np.zeros((72, 144, 3), np.uint8)
    rows, columns = np.ogrid[:72, :144]
    pixels[(rows - 36) ** 2 + (columns - 72) ** 2 < 400] = 255  # a disc
    cropped = fitted(pixels, how())[:, :, 0] > 127
    assert abs(int(cropped.any(0).sum()) - int(cropped.any(1).sum())) <= 1


def test_a_crop_as_large_as_the_picture_is_whole_after_rounding(how):
    assert fitted(np.zeros((37, 53, 3), np.uint8), how(resize=32)).shape == (32, 32, 3)


def test_each_channel_has_its_own_mean_and_deviation(how):
    pixels = np.array([[[10, 20, 30]]], np.uint8)
    values = normalise(pixels, how(mean=(1.0, 2.0, 3.0), std=(2.0, 4.0, 8.0)))
    assert values.reshape(3).tolist() == [4.5, 4.5, 3.375]


def test_the_channel_order_is_the_models(how):
    pixels = np.array([[[10, 20, 30]]], np.uint8)
    assert normalise(pixels, how(channel_order="BGR")).reshape(3).tolist() == [30.0, 20.0, 10.0]


def test_a_model_of_one_channel_gets_the_mean_of_all(how):
    pixels = np.array([[[10, 20, 30]]], np.uint8)
    values = normalise(pixels, how(channel_order="GRAY", mean=(1.0, 2.0, 3.0)))
    assert (values.shape, values.tolist()) == ((1, 1, 1, 1), [[[[18.0]]]])


@pytest.mark.parametrize("fit", ["stretch", "letterbox", "corner"])
def test_no_pixel_is_cut_off(fit, how):
    pixels = np.full((20, 60, 3), 200, np.uint8)
    square = fitted(pixels, how(fit=fit, fill=(1, 2, 3)))
    assert square.shape == (32, 32, 3)
    covered = (square == 200).all(axis=2)
    rows, columns = covered.any(axis=1).nonzero()[0], covered.any(axis=0).nonzero()[0]
    assert (columns[0], columns[-1]) == (0, 31)
    assert (rows[0], rows[-1]) == {"stretch": (0, 31), "letterbox": (10, 20), "corner": (0, 10)}[fit]
    assert (square[~covered] == (1, 2, 3)).all()


def test_a_narrow_picture_keeps_a_column(how):
    square = fitted(np.full((500, 3, 3), 200, np.uint8), how(fit="letterbox"))
    assert (square[:, 15] == 200).all()
    assert (square.sum(axis=(0, 2)) > 0).sum() == 1


def test_another_way_to_fit_is_refused(how):
    with pytest.raises(ValueError, match="squeeze"):
        fitted(np.zeros((20, 60, 3), np.uint8), how(fit="squeeze"))
