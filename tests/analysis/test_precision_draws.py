"""A draw of pictures is what pycocotools makes of so many copies, and the same draws tell two detectors apart."""

import numpy as np
import pytest
from boxes import synthetic

from edgetop.analysis.precision_draws import drawn, half_interval, mean_ap
from edgetop.analysis.precision_recall import average_precision

pytest.importorskip("pycocotools")
PICTURES = 60


def without(found, share, seed=3):
    """Some of the boxes are not found."""
    numbers = np.random.default_rng(seed)
    return {picture: [row for row in rows if numbers.random() > share] for picture, rows in found.items()}


def draws_of(truth, found):
    return drawn(average_precision(truth, found).matched, len(found))


@pytest.mark.parametrize("seed", range(3))
def test_each_picture_once_is_pycocotools_own_figure(seed):
    truth, found = synthetic(seed, PICTURES)
    precision = average_precision(truth, found)
    assert mean_ap(precision.matched, np.ones(PICTURES, np.int64)) == pytest.approx(precision.mean, abs=1e-12)


def test_a_picture_that_is_not_drawn_is_as_if_it_were_not_there():
    truth, found = synthetic(4, PICTURES)
    half = {picture: rows for picture, rows in found.items() if picture <= PICTURES // 2}
    times = np.repeat([1, 0], PICTURES // 2)
    whole = average_precision(truth, found)
    assert mean_ap(whole.matched, times) == pytest.approx(average_precision(truth, half).mean, abs=1e-12)


def test_a_picture_that_is_drawn_twice_is_as_two_copies_of_it():
    truth, found = synthetic(5, PICTURES)
    shifted = [{**box, "id": box["id"] + 10_000, "image_id": box["image_id"] + 1000} for box in truth["annotations"]]
    copies = {**found, **{picture + 1000: rows for picture, rows in found.items()}}
    images = [{"id": picture} for picture in copies]
    doubled = {**truth, "images": images, "annotations": [*truth["annotations"], *shifted]}
    twice = mean_ap(average_precision(truth, found).matched, np.full(PICTURES, 2))
    assert twice == pytest.approx(average_precision(doubled, copies).mean, abs=0.01)


def test_a_detector_that_misses_much_is_told_apart_and_one_is_not_from_itself():
    truth, found = synthetic(6, PICTURES)
    good, poor = (average_precision(truth, each) for each in (found, without(found, 0.6)))
    half = half_interval(draws_of(truth, found), draws_of(truth, without(found, 0.6)))
    assert good.mean - poor.mean > half > 0
    assert half_interval(draws_of(truth, found), draws_of(truth, found)) == 0


def test_the_same_draws_have_what_both_owe_to_the_pictures_taken_off():
    truth, found = synthetic(7, PICTURES)
    first, second = draws_of(truth, found), draws_of(truth, without(found, 0.05))
    assert half_interval(first, second) < half_interval(first, np.roll(second, 1)) / 2


def test_where_nothing_is_to_be_found_it_is_0():
    assert mean_ap([], np.ones(3, np.int64)) == 0
