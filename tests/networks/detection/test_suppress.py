from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks.detection.suppress import overlaps, suppress

SQUARE = (0.0, 0.0, 2.0, 2.0)


def brute(boxes, scores, classes, overlap):
    """Each box in turn against all that were kept, one at a time."""
    kept = []
    for i in sorted(range(len(scores)), key=lambda i: (-scores[i], i)):
        if all(classes[i] != classes[k] or ratio(boxes[i], boxes[k]) <= overlap for k in kept):
            kept.append(i)
    return kept


def ratio(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / area if area > 0 else 0.0


def scene(seed, count=60):
    numbers = np.random.default_rng(seed)
    corners = numbers.uniform(0, 10, (count, 2))
    boxes = np.concatenate([corners, corners + numbers.exponential(3, (count, 2))], axis=1)
    return boxes, numbers.integers(0, 12, count) / 12, numbers.integers(0, 3, count)  # many scores are equal


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((0, 0, 2, 2), 1.0),
        ((1, 0, 3, 2), 1 / 3),
        ((0, 0, 1, 1), 0.25),
        ((2, 0, 4, 2), 0.0),
        ((5, 5, 6, 6), 0.0),
        ((1, 1, 1, 1), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other, expected):
    assert overlaps(np.array(SQUARE), np.array([other], float))[0] == pytest.approx(expected)


def test_two_boxes_without_area_do_not_overlap():
    assert overlaps(np.ones(4), np.ones((1, 4)))[0] == 0.0


def test_the_better_of_two_that_overlap_is_kept():
    boxes = np.array([SQUARE, (0, 0, 2, 1.9), (8, 8, 9, 9)])
    assert suppress(boxes, np.array([0.5, 0.9, 0.3]), np.zeros(3), 0.5, 10) == [1, 2]


def test_boxes_of_other_classes_do_not_matter():
    boxes = np.array([SQUARE, SQUARE])
    assert suppress(boxes, np.array([0.5, 0.9]), np.array([1, 2]), 0.5, 10) == [1, 0]


def test_as_much_as_is_allowed_is_kept():
    boxes = np.array([SQUARE, (0, 0, 1, 2)])
    scores, classes = np.array([0.9, 0.8]), np.zeros(2)
    assert suppress(boxes, scores, classes, 0.5, 10) == [0, 1]
    assert suppress(boxes, scores, classes, 0.49, 10) == [0]


def test_a_box_that_was_dropped_drops_no_other():
    boxes = np.array([(0, 0, 4, 1), (2, 0, 6, 1), (4, 0, 8, 1)], float)
    assert suppress(boxes, np.array([0.9, 0.8, 0.7]), np.zeros(3), 0.3, 10) == [0, 2]


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_random_boxes_are_kept_as_by_comparing_all_pairs(seed, overlap):
    boxes, scores, classes = scene(seed)
    assert suppress(boxes, scores, classes, overlap, 1000) == brute(boxes, scores, classes, overlap)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_kept_is_kept_again_and_a_limit_takes_the_first(seed):
    boxes, scores, classes = scene(seed)
    kept = suppress(boxes, scores, classes, 0.4, 1000)
    assert suppress(boxes[kept], scores[kept], classes[kept], 0.4, 1000) == list(range(len(kept)))
    assert suppress(boxes, scores, classes, 0.4, 7) == kept[:7]


@pytest.mark.parametrize("seed", range(5))
def test_scale_and_place_of_the_scene_do_not_matter(seed):
    boxes, scores, classes = scene(seed)
    moved = boxes * 64 + 32  # powers of two: nothing is rounded differently
    assert suppress(moved, scores, classes, 0.4, 1000) == suppress(boxes, scores, classes, 0.4, 1000)


def test_of_nothing_nothing_is_kept():
    assert suppress(np.empty((0, 4)), np.empty(0), np.empty(0), 0.5, 10) == []
