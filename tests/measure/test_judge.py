"""A picture counts as right where the class is, with a background or without; boxes go by the annotations' numbers."""

import dataclasses

import numpy as np
import pytest

from edgetop.errors import BadInput, UsageError
from edgetop.inputs.coco import CocoPicture, Truth
from edgetop.inputs.dataset import DataSet
from edgetop.inputs.own import OwnCard, OwnPreprocessing
from edgetop.measure.judge import BoxJudge, ClassJudge, judge_of, labels_of
from edgetop.networks import zoo
from edgetop.plan import Preparation

PICTURES = DataSet("labelled pictures", "", ("a", "b", "c"), (0, 7, 9))
TRUTH = Truth((CocoPicture(25, "a.jpg", 100, 80),), {"person": 1, "toothbrush": 90}, ())
BOXES = DataSet("COCO", "", ("a.jpg",), truth=TRUTH)
OWN = OwnCard((1, 3, 50, 50), OwnPreprocessing(57, 50, (0.0,) * 3, (1.0,) * 3, "stretch", "RGB"))


def zeros(*shape):
    return np.zeros(shape, np.float32)


def test_the_place_of_the_right_class_is_kept():
    judge = ClassJudge(PICTURES, 0)
    answer = {"classes": [[0, 1, 2, 3, 4], [3, 1, 2, 4, 7], [1, 2, 3, 4, 5]]}
    rows = list(judge.rows(answer, "", (0, 1, 2), (0, 1, 2)))
    assert rows == [0, 4, -1]
    assert judge.figures(dict(enumerate(rows)), final=True) == {"top1": 1, "top5": 2}


def test_a_background_is_no_class_and_takes_no_place():
    judge = ClassJudge(PICTURES, 1)
    assert judge.top == 6
    answer = {"classes": [[0, 1, 2, 3, 4, 5], [9, 0, 2, 3, 4, 8], [1, 2, 3, 4, 5, 10]]}
    assert list(judge.rows(answer, "", (0, 1, 2), (0, 1, 2))) == [0, 4, -1]


def test_outputs_that_are_no_numbers_are_wrong():
    assert list(ClassJudge(PICTURES, 0).rows({"classes": [[]]}, "", (0,), (0,))) == [-1]


@pytest.mark.parametrize("row", ["0", 5, -2, True, 0.0, None, [0]])
def test_a_row_of_a_file_that_is_no_place_is_none(row):
    assert not ClassJudge(PICTURES, 0).is_sound(row)


@pytest.mark.parametrize("row", [5, [[1, 0.5]], [[2, 0.5, 1, 2, 3, 4]], [["1", 0.5, 1, 2, 3, 4]], [[1] * 6] * 101])
def test_a_row_of_a_file_that_is_no_boxes_is_none(row):
    judge = BoxJudge(BOXES, ("person",), lambda outputs, size: ())
    assert judge.is_sound([[1, 0.5, 1.0, 2.0, 3.0, 4.0]]) and judge.is_sound([])
    assert not judge.is_sound(row)


def test_boxes_of_the_detection_operator_have_the_annotations_numbers_and_the_pictures_pixels(tmp_path):
    boxes, scores = zeros(1, 3, 4), zeros(1, 3)
    boxes[0, 0], boxes[0, 1] = (0.25, 0.5, 0.75, 1.0), (0.0, 0.0, 0.5, 0.5)
    scores[0] = 0.9, 0.4, 0.8
    classes = np.float32([[89, 0, 1]])  # a toothbrush, a person, and a bicycle, which the annotations do not have
    outputs = [boxes, classes, scores, np.float32([3])]
    judge = judge_of(BOXES, "own.tflite", OWN, outputs, Preparation(values="unit"))
    np.savez(tmp_path / "out.npz", **{f"0.{n}": output for n, output in enumerate(outputs)})
    (row,) = judge.rows({}, str(tmp_path / "out.npz"), (0,), (0,))
    assert row[0] == [90, 0.9, 50.0, 20.0, 50.0, 40.0]
    assert row[1] == [1, 0.4, 0.0, 0.0, 50.0, 40.0]
    assert len(row) == 2


def test_a_classifier_is_not_judged_by_boxes_nor_a_detector_by_labels():
    with pytest.raises(UsageError, match="COCO does not have labels of pictures"):
        judge_of(BOXES, "tiny", zoo.card("tiny"), [zeros(1, 10)], Preparation())
    with pytest.raises(UsageError, match="labelled pictures does not have boxes"):
        judge_of(PICTURES, "yolov5n", zoo.card("yolov5n"), [], Preparation())


def test_a_model_of_fewer_classes_than_the_list_is_refused():
    with pytest.raises(BadInput, match="class 9, and there are 9"):
        judge_of(PICTURES, "x.tflite", OWN, [zeros(1, 9)], Preparation())
    with pytest.raises(BadInput, match="10 classes apart, and ImageNet"):
        imagenet = dataclasses.replace(PICTURES, title="ImageNet validation", class_count=1000)
        judge_of(imagenet, "tiny", zoo.card("tiny"), [zeros(1, 10)], Preparation())


def test_several_outputs_are_those_of_no_classifier():
    with pytest.raises(UsageError, match="2 outputs"):
        judge_of(PICTURES, "x.tflite", OWN, [zeros(1, 10), zeros(1, 3)], Preparation())


def test_labels_are_those_of_the_classes_without_a_background():
    assert len(labels_of(zoo.card("efficientnet_lite0"))) == 1000
    assert labels_of(zoo.card("tiny")) == tuple("0123456789")
    assert len(labels_of(zoo.card("yolov5n"))) == 80
