from __future__ import annotations

import numpy as np
import pytest

from edgetop.inputs.labels import imagenet_labels, top5


def test_the_labels_are_those_of_imagenet_in_order():
    labels = imagenet_labels()
    assert len(labels) == len(set(labels)) == 1000
    assert (labels[0], labels[285], labels[967], labels[999]) == ("tench", "Egyptian cat", "espresso", "toilet tissue")
    assert all(label and label == label.strip() for label in labels)


def test_the_five_likeliest_come_first():
    probabilities = np.array([[0.05, 0.4, 0.1, 0.2, 0.06, 0.19]], np.float32)
    best = top5(probabilities, "abcdef")
    assert [label for label, _ in best] == ["b", "d", "f", "c", "e"]
    assert best[0][1] == pytest.approx(0.4)
    assert type(best[0][1]) is float


def test_equal_ones_keep_their_order():
    assert [label for label, _ in top5(np.zeros(6), "abcdef")] == ["a", "b", "c", "d", "e"]


def test_a_background_class_is_left_out():
    assert top5(np.array([0.9, 0.0, 0.1]), "ab")[0] == ("b", 0.1)


def test_fewer_classes_than_five_are_all_there_is():
    assert len(top5(np.array([0.5, 0.5]), "ab")) == 2


@pytest.mark.parametrize("size", [0, 4, 7])
def test_another_number_is_refused(size):
    with pytest.raises(ValueError, match="5 labels"):
        top5(np.zeros(size), "abcde")
