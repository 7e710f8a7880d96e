"""From outputs to labelled boxes in the picture."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from edgetop.inputs.prepare import fitted
from edgetop.networks import zoo
from edgetop.networks.detection.found import Detection, detections, detections_of_four
from edgetop.networks.detection.four import is_post_processed
from edgetop.networks.detection.labels import coco_labels

SIZES = [(640, 480), (480, 640), (320, 320), (100, 41), (1920, 1080), (33, 500)]


def yolo_heads(*seen, size=320):
    """Heads that see things: (map, anchor, row, column, codes, class) with certainty."""
    heads = [np.full((1, 255, size // step, size // step), -30.0, np.float32) for step in (8, 16, 32)]
    for number, anchor, row, column, codes, label in seen:
        values = heads[number][0].reshape(3, 85, *heads[number].shape[2:])[anchor, :, row, column]
        values[:4], values[4], values[5 + label] = codes, 30.0, 30.0
    return heads


def logit(p):
    return math.log(p / (1 - p))


def test_a_thing_is_found_where_it_was_in_the_picture():
    # Around (168, 168) of 320 pixels, 116 x 90 large; a picture of 640 x 480 fills the rows 40 to 280.
    heads = yolo_heads((2, 0, 5, 5, (logit(0.375), logit(0.375), 0.0, 0.0), 15))
    (found,) = detections(heads, zoo.card("yolov5n"), (640, 480))
    assert (found.label, found.score) == ("cat", pytest.approx(1.0))
    assert found.box == pytest.approx((2 * 110, 2 * 83, 2 * 226, 2 * 173), rel=1e-5)
    assert found.row == ("cat", found.score, *found.box)


def test_the_surest_come_first_and_doubles_go():
    middle = (logit(0.5), logit(0.5), 0.0, 0.0)
    heads = yolo_heads(
        (2, 0, 5, 5, middle, 0), (2, 0, 2, 2, middle, 0), (2, 0, 5, 5, middle, 0), (1, 2, 10, 10, middle, 0)
    )
    heads[2].reshape(3, 85, 10, 10)[0, 4, 2, 2] = logit(0.9)
    heads[1].reshape(3, 85, 20, 20)[2, 4, 10, 10] = logit(0.7)  # 59 x 119 around much the same place: overlaps by half
    found = detections(heads, zoo.card("yolov5n"), (320, 320), overlap=0.3)
    assert [each.score for each in found] == pytest.approx([1.0, 0.9])
    assert len(detections(heads, zoo.card("yolov5n"), (320, 320), overlap=0.9)) == 3
    assert len(detections(heads, zoo.card("yolov5n"), (320, 320), overlap=0.9, threshold=0.8)) == 2
    assert len(detections(heads, zoo.card("yolov5n"), (320, 320), overlap=0.9, most=1)) == 1


def test_a_box_is_cut_at_the_edge_and_one_beside_the_picture_is_none():
    flat = (0.0, 0.0, 0.0, 0.0)
    heads = yolo_heads((2, 2, 5, 0, flat, 1), (0, 0, 1, 20, flat, 2))  # the second in what is filled up
    (found,) = detections(heads, zoo.card("yolov5n"), (640, 480))
    assert found.label == "bicycle"
    left, top, right, bottom = found.box
    assert (left, top, bottom) == (0.0, 0.0, 480.0)
    assert 0 < right < 640


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fit", ["crop", "stretch", "letterbox", "corner"])
def test_a_place_of_the_input_is_the_place_of_the_picture_that_was_brought_there(fit, size):
    """A bright spot in the picture, searched in the input, is found again in the picture."""
    width, height = size
    card = zoo.card("yolov5n")
    card = replace(card, preprocessing=replace(card.preprocessing, fit=fit, fill=(0, 0, 0), resize=320))
    side = max(8, min(size) // 6)
    left, top = width // 2 - side // 4, height // 2 - side  # right of and above the middle
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[top : top + side, left : left + side] = 255
    rows, columns = (fitted(pixels, card.preprocessing)[:, :, 0] > 127).nonzero()
    box = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]]) / 320
    boxes, classes = box[None][:, :, [1, 0, 3, 2]], np.zeros((1, 1))
    (found,) = detections_of_four([boxes, classes, np.ones((1, 1)) * 0.9, np.ones(1)], card.preprocessing, size)
    pixel = 1.5 * max(size) / 320 + 0.5  # of the input, in pixels of the picture
    assert found.box == pytest.approx((left, top, left + side, top + side), abs=pixel)


def four(count=2.0):
    boxes = np.array([[[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 1.0, 1.0], [0.3, 0.3, 0.4, 0.4]]], np.float32)
    classes, scores = np.array([[16.0, 0.0, 2.0]], np.float32), np.array([[0.75, 0.5, 0.25]], np.float32)
    return [boxes, classes, scores, np.array([count], np.float32)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_four_outputs_are_read_in_any_order(order):
    outputs = [four()[place] for place in order]
    how = zoo.card("ssd_mobilenet_v1").preprocessing
    assert detections_of_four(outputs, how, (200, 100)) == (
        Detection("cat", 0.75, pytest.approx((40, 10, 120, 50), rel=1e-6)),
        Detection("person", 0.5, (0, 0, 200, 100)),
    )


@pytest.mark.parametrize(("count", "found"), [(0, 0), (1, 1), (3, 2), (9, 2), (-1, 0), (np.nan, 0), (np.inf, 2)])
def test_no_more_are_read_than_there_are(count, found):
    how = zoo.card("ssd_mobilenet_v1").preprocessing
    assert len(detections_of_four(four(count), how, (200, 100))) == found


def test_what_lies_behind_the_count_is_not_looked_at():
    boxes, classes, scores, count = four(1)
    classes[0, 1:], scores[0, 1:], boxes[0, 1:] = 0.123, 1e9, np.nan
    how = zoo.card("ssd_mobilenet_v1").preprocessing
    assert [each.label for each in detections_of_four([boxes, classes, scores, count], how, (200, 100))] == ["cat"]


def test_labels_of_ones_own_name_the_classes():
    how = zoo.card("ssd_mobilenet_v1").preprocessing
    found = detections_of_four(four(3), how, (200, 100), ["bee", "ant"], threshold=0.2)
    assert [each.label for each in found] == ["class 16", "bee", "class 2"]


def test_other_outputs_are_not_those_four():
    assert is_post_processed(four())
    assert not is_post_processed(four()[:3])
    assert not is_post_processed([*four()[:3], np.zeros(2)])
    assert not is_post_processed([four()[0][:, :2], *four()[1:]])
    with pytest.raises(ValueError, match="count"):
        detections_of_four([np.zeros((1, 1000))], zoo.card("ssd_mobilenet_v1").preprocessing, (9, 9))


def test_what_is_no_detector_is_refused():
    with pytest.raises(ValueError, match="mobilenet_v2"):
        detections([np.zeros((1, 1000))], zoo.card("mobilenet_v2"), (9, 9))
    with pytest.raises(ValueError, match="heads"):
        detections([np.zeros((1, 1000))], zoo.card("yolov5n"), (9, 9))


@pytest.mark.parametrize("name", [name for name in zoo.names() if zoo.card(name).task == "detection"])
def test_every_detector_of_the_zoo_can_be_read(name, built):
    card, graph = zoo.card(name), built(name)
    numbers = np.random.default_rng(0)
    outputs = [numbers.normal(size=(1, *graph.node(output).shape)).astype(np.float32) for output in graph.outputs]
    found = detections(outputs, card, (640, 480))
    assert 20 < len(found) <= 100
    assert {each.label for each in found} <= {*coco_labels(80), *(f"class {n}" for n in range(91))}
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    for each in found:
        left, top, right, bottom = each.box
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 480


@pytest.mark.parametrize(("classes", "cat", "count"), [(90, 16, 90), (91, 17, 91), (80, 15, 80)])
def test_the_classes_of_coco_are_numbered_in_three_ways(classes, cat, count):
    labels = coco_labels(classes)
    assert (labels[cat], len(labels), len({*labels} - {"", "background"})) == ("cat", count, 80)
    assert labels[-1] == "toothbrush"


def test_another_number_of_classes_has_no_names():
    with pytest.raises(ValueError, match="20"):
        coco_labels(20)
