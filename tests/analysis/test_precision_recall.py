"""mAP is that of pycocotools, read and computed as its own examples do."""

import json

import pytest
from boxes import synthetic

from edgetop.analysis.precision_recall import average_precision

coco = pytest.importorskip("pycocotools.coco")
cocoeval = pytest.importorskip("pycocotools.cocoeval")


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
