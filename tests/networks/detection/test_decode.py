"""Candidates by hand, and by a slow decoder that knows no numpy tricks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgetop.networks.detection.anchors import YOLO_ANCHORS, pyramid_anchors, ssd_anchors
from edgetop.networks.detection.decode import DECODERS, MOST

NEVER = -30.0
"""A logit whose sigmoid is nothing."""


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def logit(p):
    return math.log(p / (1 - p))


def ssd_heads(classes=91):
    """Heads of a map of 2 x 2 with three anchors and one of 1 x 1 with six, in which nothing is seen."""
    heads = []
    for anchors, size in ((3, 2), (6, 1)):
        heads += [np.zeros((1, anchors * 4, size, size)), np.full((1, anchors * classes, size, size), NEVER)]
    return [head.astype(np.float32) for head in heads]


def only(found):
    """The one candidate: box, score, class."""
    assert len(found.scores) == 1
    return found.boxes[0], found.scores[0], found.classes[0]


def test_a_box_of_ssd_is_its_anchor_moved_by_tenths_and_grown_by_fifths():
    heads = ssd_heads()
    heads[1][0, 1 * 91 + 17, 1, 0] = logit(0.8)  # the second anchor: scale 0.2, twice as wide as high
    heads[0][0, 4:8, 1, 0] = (1.0, -2.0, 5 * math.log(2), 0.0)
    box, score, number = only(DECODERS["ssd"](heads, 300, 0.5))
    height, width = 0.2 / math.sqrt(2), 0.2 * math.sqrt(2)
    y, x = 0.75 + 0.1 * height, 0.25 - 0.2 * width
    assert box == pytest.approx([x - width / 2, y - height, x + width / 2, y + height])
    assert (score, number) == (pytest.approx(0.8), 17)


def test_the_background_of_ssd_is_never_found():
    heads = ssd_heads()
    heads[3][0, 0, 0, 0] = 5.0
    assert len(DECODERS["ssd"](heads, 300, 0.01).scores) == 0


def test_the_last_anchor_of_ssd_is_a_square_between_two_scales():
    heads = ssd_heads()
    heads[3][0, 5 * 91 + 1, 0, 0] = 5.0
    box, _, _ = only(DECODERS["ssd"](heads, 300, 0.5))
    side = math.sqrt(0.95 * 1.0)
    assert box == pytest.approx([0.5 - side / 2, 0.5 - side / 2, 0.5 + side / 2, 0.5 + side / 2])


def test_anchors_of_ssd_are_as_many_and_as_large_as_published():
    maps = ssd_anchors(tuple((size, size) for size in (19, 10, 5, 3, 2, 1)))
    assert sum(len(each) for each in maps) == 1917
    assert maps[0][0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1])
    assert maps[2][0, 2] == pytest.approx(0.2 + 2 * 0.15)
    assert maps[5][-1, 2:] == pytest.approx([math.sqrt(0.95)] * 2)


@pytest.mark.parametrize(("name", "scale"), [("efficientdet", 4.0), ("efficientdet_lite", 3.0)])
def test_a_box_of_efficientdet_is_its_anchor_moved_and_grown(name, scale):
    heads = [np.zeros((1, 36, 4, 4), np.float32), np.full((1, 810, 4, 4), NEVER, np.float32)]
    heads[1][0, 7 * 90 + 3, 2, 1] = logit(0.6)  # the third size, twice as wide as high
    heads[0][0, 28:32, 2, 1] = (0.5, 0.25, math.log(0.5), math.log(2))
    box, score, number = only(DECODERS[name](heads, 512, 0.5))
    side = scale / 4 * 2 ** (2 / 3)
    height, width = side / math.sqrt(2), side * math.sqrt(2)
    y, x = 2.5 / 4 + 0.5 * height, 1.5 / 4 + 0.25 * width
    assert box == pytest.approx([x - width, y - height / 4, x + width, y + height / 4], rel=1e-6)
    assert (score, number) == (pytest.approx(0.6), 3)


def test_anchors_of_a_pyramid_are_nine_at_each_place():
    maps = pyramid_anchors(tuple((size, size) for size in (64, 32, 16, 8, 4)), 4.0)
    assert sum(len(each) for each in maps) == 49104
    assert maps[0][0] * 512 == pytest.approx([4, 4, 32, 32])
    assert maps[4][-1, 2:] * 512 == pytest.approx(
        [512 * 2 ** (2 / 3) * math.sqrt(2), 512 * 2 ** (2 / 3) / math.sqrt(2)]
    )


def test_a_box_of_yolo_lies_around_its_place():
    heads = [np.full((1, 255, size, size), NEVER, np.float32) for size in (40, 20, 10)]
    values = heads[1][0].reshape(3, 85, 20, 20)[2, :, 4, 7]
    values[:5] = (0.0, logit(0.75), 0.0, logit(0.25), logit(0.9))
    values[5 + 16] = logit(0.8)
    box, score, number = only(DECODERS["yolov5"](heads, 320, 0.5))
    x, y, width, height = 7.5 * 16, (4 - 0.5 + 1.5) * 16, 59.0, 119 / 4
    assert box * 320 == pytest.approx([x - width / 2, y - height / 2, x + width / 2, y + height / 2], rel=1e-5)
    assert (score, number) == (pytest.approx(0.72), 16)


def slow_anchored(boxes, classes, anchors, first, centres, sides, threshold):
    _, _, height, width = boxes.shape
    count = boxes.shape[1] // 4
    number = classes.shape[1] // count
    for a in range(count):
        for y in range(height):
            for x in range(width):
                scores = [sigmoid(float(classes[0, a * number + k, y, x])) for k in range(first, number)]
                if max(scores) >= threshold:
                    ay, ax, ah, aw = anchors[(a * height + y) * width + x]
                    ty, tx, th, tw = (float(boxes[0, a * 4 + i, y, x]) for i in range(4))
                    cy, cx = ay + ty / centres * ah, ax + tx / centres * aw
                    h, w = ah * math.exp(th / sides), aw * math.exp(tw / sides)
                    box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
                    yield (max(scores), first + scores.index(max(scores)), box)


def slow_yolo(head, anchors, side, threshold):
    _, _, height, width = head.shape
    for a, (aw, ah) in enumerate(anchors):
        for y in range(height):
            for x in range(width):
                values = [sigmoid(float(v)) for v in head[0, a * 85 : a * 85 + 85, y, x]]
                scores = [values[4] * v for v in values[5:]]
                if max(scores) >= threshold:
                    cx, cy = (x - 0.5 + 2 * values[0]) / width, (y - 0.5 + 2 * values[1]) / height
                    w, h = (2 * values[2]) ** 2 * aw / side, (2 * values[3]) ** 2 * ah / side
                    box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
                    yield (max(scores), scores.index(max(scores)), box)


def in_order(found):
    return sorted((s, k, tuple(box)) for s, k, box in found)


def random_heads(seed, *shapes):
    numbers = np.random.default_rng(seed)
    return [numbers.normal(-0.5, 1.5, (1, *shape)).astype(np.float32) for shape in shapes]


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", DECODERS)
def test_every_decoder_finds_what_a_slow_one_finds(name, threshold):
    if name == "ssd":
        heads = random_heads(1, (12, 5, 5), (273, 5, 5), (24, 3, 3), (546, 3, 3))
        code, anchors = (1, 10, 5), ssd_anchors(((5, 5), (3, 3)))
    else:
        heads = random_heads(2, (36, 5, 5), (810, 5, 5), (36, 3, 3), (810, 3, 3))
        code = (0, 1, 1)
        anchors = pyramid_anchors(((5, 5), (3, 3)), 3.0 if name.endswith("lite") else 4.0)
    if name == "yolov5":
        heads = random_heads(3, (255, 6, 6), (255, 3, 3))
        slow = [each for head, a in zip(heads, YOLO_ANCHORS) for each in slow_yolo(head, a, 96, threshold)]
    else:
        maps = zip(heads[0::2], heads[1::2], anchors)
        slow = [each for b, c, a in maps for each in slow_anchored(b, c, a, *code, threshold)]
    found = DECODERS[name](heads, 96, threshold)
    fast = zip(found.scores.tolist(), found.classes.tolist(), found.boxes.tolist())
    assert 0 < len(slow) < MOST
    for ours, theirs in zip(in_order(fast), in_order(slow)):
        assert ours[:2] == (pytest.approx(theirs[0]), theirs[1])
        assert ours[2] == pytest.approx(theirs[2], rel=1e-5, abs=1e-6)
    assert len(found.scores) == len(slow)


def test_of_too_many_candidates_a_map_gives_the_best():
    heads = random_heads(4, (36, 20, 20), (810, 20, 20))
    found = DECODERS["efficientdet"](heads, 320, 0.01)
    best = np.sort(heads[1].reshape(9, 90, -1).max(axis=1).ravel())[-MOST:]
    assert np.sort(found.scores) == pytest.approx(1 / (1 + np.exp(-best)), rel=1e-5)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_a_network_gone_astray_gives_numbers_or_nothing(name, value):
    shapes = [(255, 4, 4)] * 3 if name == "yolov5" else [(12, 4, 4), (273, 4, 4)]
    if name.startswith("efficientdet"):
        shapes = [(36, 4, 4), (810, 4, 4)]
    found = DECODERS[name]([np.full((1, *shape), value, np.float32) for shape in shapes], 320, 0.3)
    assert np.isfinite(found.boxes).all()
    assert np.isfinite(found.scores).all()
