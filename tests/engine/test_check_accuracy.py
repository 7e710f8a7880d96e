"""Accuracy that means nothing, or cannot be computed, is refused before anything runs."""

import dataclasses
import json
import shutil
import sys

import pytest

from edgetop.config import asset
from edgetop.engine import check_accuracy as module
from edgetop.engine.check_accuracy import check_accuracy
from edgetop.errors import FrameworkMissing, UsageError
from edgetop.networks import zoo
from edgetop.networks.cards import IMPORTED
from edgetop.plan import AccuracySettings, Plan, RunSpec


@pytest.fixture
def coco(tmp_path):
    shutil.copy(asset("cat.jpg"), tmp_path / "cat.jpg")
    box = {"id": 1, "image_id": 1, "category_id": 17, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}
    content = {
        "images": [{"id": 1, "file_name": "cat.jpg", "width": 4, "height": 4}],
        "annotations": [box],
        "categories": [{"id": 17, "name": "cat"}],
    }
    (tmp_path / "boxes.json").write_text(json.dumps(content))
    return AccuracySettings(str(tmp_path), str(tmp_path / "boxes.json"))


@pytest.fixture
def trained(monkeypatch):
    """Makes every model's weights imported ones."""
    card = zoo.card
    monkeypatch.setattr(module.zoo, "card", lambda name: dataclasses.replace(card(name), weights=f"{IMPORTED}a.pt"))


def plan(model, settings):
    return Plan((RunSpec(0, model, "litert"),), accuracy=settings)


def test_a_detector_needs_pycocotools_and_is_told_how_to_get_it(coco, trained, monkeypatch):
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    monkeypatch.setitem(sys.modules, "pycocotools.cocoeval", None)
    with pytest.raises(FrameworkMissing, match="pycocotools, which is not here") as refusal:
        check_accuracy(plan("yolov5n", coco))
    assert "pip install 'edgetop[accuracy]'" in refusal.value.hint


def test_a_detector_with_trained_weights_passes(coco, trained):
    pytest.importorskip("pycocotools")
    check_accuracy(plan("yolov5n", coco))
    check_accuracy(plan("ssd_mobilenet_v1", coco))


def test_a_classifier_is_not_judged_by_boxes(coco, trained):
    with pytest.raises(UsageError, match="COCO does not have labels of pictures") as refusal:
        check_accuracy(plan("resnet50", coco))
    assert "ImageNet" in refusal.value.hint


def test_seeded_weights_are_refused(coco):
    with pytest.raises(UsageError, match="yolov5n are seeded: they are random, and accuracy means nothing") as refusal:
        check_accuracy(plan("yolov5n", coco))
    assert "edgetop models import yolov5n" in refusal.value.hint
