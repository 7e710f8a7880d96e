"""mAP is that of pycocotools, read and computed as its own examples do."""

import json

import numpy as np
import pytest

from edgetop.analysis.precision_recall import average_precision

coco = pytest.importorskip("pycocotools.coco")
cocoeval = pytest.importorskip("pycocotools.cocoeval")

CATEGORIES = (1, 3, 18, 90)


def synthetic(seed, pictures=12):
    """Boxes in pictures, and what a middling detector finds: shifted, missed, doubled, confused."""
    numbers = np.random.default_rng(seed)
    annotations, found = [], {}
    for picture in range(1, pictures + 1):
        found[picture] = []
        for _ in range(numbers.integers(0, 8)):
            left, top = numbers.uniform(0, 400, 2)
            width, height = numbers.uniform(8, 240, 2)
            box = np.array((left, top, width, height))
            category = int(numbers.choice(CATEGORIES))
            crowd = int(numbers.random() < 0.1)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": picture,
                    "category_id": category,
                    "bbox": [left, top, width, height],
                    "area": width * height * 0.7,
                    "iscrowd": crowd,
                }
            )
            for _ in range(numbers.integers(0, 3)):
                shift = numbers.normal(0, 0.1, 4) * box[[2, 3, 2, 3]]
                guess = category if numbers.random() < 0.9 else int(numbers.choice(CATEGORIES))
                edges = np.maximum(box + shift, 1).round(2).tolist()
                found[picture].append((guess, round(float(numbers.random()), 6), *edges))
    truth = {
        "images": [{"id": picture} for picture in found],
        "annotations": annotations,
        "categories": [{"id": number, "name": str(number)} for number in CATEGORIES],
    }
    return truth, found


def by_pycocotools(truth, found, folder):
    results = [
        {"image_id": picture, "category_id": row[0], "score": row[1], "bbox": list(row[2:])}
        for picture, rows in found.items()
        for row in rows
    ]
    (folder / "truth.json").write_text(json.dumps({"info": {}, **truth}))
    (folder / "results.json").write_text(json.dumps(results))
    known = coco.COCO(str(folder / "truth.json"))
    evaluation = cocoeval.COCOeval(known, known.loadRes(str(folder / "results.json")), "bbox")
    evaluation.params.imgIds = sorted(found)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats[0], evaluation.stats[1]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_pycocotools_own_figure(seed, tmp_path):
    truth, found = synthetic(seed)
    precision = average_precision(truth, found)
    assert 0.05 < precision.mean < precision.at_50 < 1
    assert (precision.mean, precision.at_50) == by_pycocotools(truth, found, tmp_path)


def test_only_the_pictures_that_were_seen_count(tmp_path):
    truth, found = synthetic(7)
    half = {picture: rows for picture, rows in found.items() if picture <= 6}
    assert average_precision(truth, half) != average_precision(truth, found)
    ours = average_precision(truth, half)
    assert (ours.mean, ours.at_50) == by_pycocotools(truth, half, tmp_path)


def test_all_found_is_1_and_nothing_found_is_0():
    truth, found = synthetic(1)
    exact = {picture: [] for picture in found}
    for box in truth["annotations"]:
        exact[box["image_id"]].append((box["category_id"], 0.9, *box["bbox"]))
    assert average_precision(truth, exact).mean == pytest.approx(1)
    assert average_precision(truth, {picture: [] for picture in found}).mean == 0


def test_it_prints_nothing(capsys):
    average_precision(*synthetic(2))
    assert capsys.readouterr().out == ""
