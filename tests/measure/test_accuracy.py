"""The accuracy phase: every run answers the same pictures, rightly judged, and goes on where it was interrupted."""

import json
import shutil
import threading
import time

import numpy as np
import pytest
from PIL import Image

from edgetop.config import asset
from edgetop.inputs import ahead
from edgetop.inputs.calibration import variant
from edgetop.inputs.pictures import read_picture
from edgetop.inputs.prepare import prepare
from edgetop.measure import accuracy
from edgetop.measure.turns import Turns
from edgetop.networks import reference, zoo
from edgetop.networks.detection.found import detections
from edgetop.plan import AccuracySettings, Plan, RunSpec
from edgetop.samples import is_sound

COUNT = 12
NUMPY, LITERT = RunSpec(0, "tiny", "numpy"), RunSpec(1, "tiny", "litert")


@pytest.fixture(autouse=True)
def brisk(monkeypatch, tmp_path):
    monkeypatch.setattr(accuracy, "TELL_S", 0.0)
    monkeypatch.setattr(ahead, "MOST", 4)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def pictures(tmp_path):
    """Twelve different pictures of tiny's own classes, some of which it gets right."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    lines = []
    graph, card = zoo.build("tiny"), zoo.card("tiny")
    for number in range(COUNT):
        pixels = variant(read_picture(asset(("cat.jpg", "coffee.jpg")[number % 2])), number)
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{number:02d}.png")
        (output,) = reference.run(graph, prepare(read_picture(str(folder / f"{number:02d}.png")), card))
        order = np.argsort(-output.ravel())
        lines.append(f"{number:02d}.png {order[(0, 3, 8)[number % 3]]}")  # the likeliest, among five, or neither
    (folder / "labels.txt").write_text("\n".join(lines))
    return folder


@pytest.fixture
def conduct():
    """Runs a plan's accuracy and nothing else; gives its events."""
    started = []

    def run(folder, *runs, until=None, react=lambda turns, event: None, **settings):
        events = []
        plan = Plan(runs, input="noise", accuracy=AccuracySettings(str(folder), only=True, **settings))

        def emit(event):
            events.append(event)
            react(turns, event)

        turns = Turns(plan, emit, lambda run, pid: None)
        started.append(turns)
        if until is None:
            turns.run()
        else:
            turns.start()
            end = time.monotonic() + 20
            while not until(events):
                assert time.monotonic() < end, "waited in vain"
                time.sleep(0.002)
            turns.stop()
            turns.join(10)
        assert all(map(is_sound, events))
        return events

    yield run
    for turns in started:
        turns.stop()
        if turns.ident is not None:
            turns.join(10)
    assert "pictures" not in {thread.name for thread in threading.enumerate()}


def told(events, run=0):
    """The last that was told of a run's accuracy."""
    return [event.data for event in events if event.kind == "accuracy" and event.run == run][-1]


def messages(events):
    return [event.data.get("message", "") for event in events if event.kind == "run"]


def test_every_picture_is_judged_rightly(pictures, conduct):
    pytest.importorskip("ai_edge_litert")
    events = conduct(pictures, NUMPY, LITERT)
    for run in (0, 1):
        data = told(events, run)
        assert (data["top1"], data["top5"], data["pictures"], data["pictures_of"]) == (4, 8, COUNT, COUNT)
        assert data["left_out"] == 0 and data["shown"] == COUNT
        assert 0 < data["infer_ns"] < data["wall_ns"]
        assert data["label_pictures"] == COUNT and data["label_error_ns"] > 0
        assert COUNT * data["label_ns"] > data["infer_ns"]  # it holds the inference, reading and preparing
    assert told(events, 1)["pairs"] == [["top1", 0, 0, 0, COUNT], ["top5", 0, 0, 0, COUNT]]
    assert told(events, 0)["recipe"] == told(events, 1)["recipe"]


def test_the_first_are_those_of_the_list_and_a_longer_run_goes_on_from_them(pictures, conduct):
    first = told(conduct(pictures, NUMPY, first=6))
    assert (first["pictures"], first["top1"], first["top5"], first["shown"]) == (6, 2, 4, 6)
    assert "the first 6 of 12 pictures" in first["data_set"]
    whole = told(conduct(pictures, NUMPY))
    assert (whole["pictures"], whole["top1"], whole["shown"]) == (COUNT, 4, 6)
    less = told(conduct(pictures, NUMPY, first=3))
    assert (less["pictures"], less["top1"], less["top5"], less["shown"]) == (3, 1, 2, 0)
    assert told(conduct(pictures, NUMPY, again=True))["shown"] == COUNT


def test_what_was_interrupted_goes_on(pictures, conduct):
    events = conduct(pictures, NUMPY, until=lambda events: any(event.kind == "accuracy" for event in events))
    seen = told(events)["pictures"]
    assert 4 <= seen < COUNT
    assert told(events)["shown"] == seen, "what is told at an end is told at a stop, too"
    rest = told(conduct(pictures, NUMPY))
    assert rest["pictures"] == COUNT and rest["shown"] <= COUNT - seen
    assert (rest["top1"], rest["top5"]) == (4, 8)


def test_a_run_that_joins_later_sees_what_it_has_not_seen(pictures, conduct):
    pytest.importorskip("ai_edge_litert")
    conduct(pictures, NUMPY, first=8)
    events = conduct(pictures, NUMPY, LITERT)
    assert (told(events, 0)["shown"], told(events, 1)["shown"]) == (4, COUNT)
    assert told(events, 1)["pairs"][0][-1] == COUNT


def test_progress_tells_how_many_and_how_long(pictures, conduct):
    told_of = [text for text in messages(conduct(pictures, NUMPY)) if "pictures," in text]
    assert told_of[0].startswith("4 of 12 pictures, 0:") and told_of[0].endswith(" left")
    assert told_of[-1] == "12 of 12 pictures, 0:00 left"


def test_bad_pictures_are_named_counted_and_left_out(pictures, conduct):
    (pictures / "00.png").write_bytes(b"damaged")
    (pictures / "05.png").unlink()
    shutil.copy(asset("cat.jpg"), pictures / "01.png")
    data = told(conduct(pictures, NUMPY))
    assert (data["pictures"], data["left_out"], data["pictures_of"]) == (COUNT - 2, 2, COUNT)
    assert [name.partition(":")[0] for (name,) in data["faults"]] == ["00.png", "05.png"]


def test_another_list_of_the_same_pictures_is_judged_anew(pictures, conduct):
    conduct(pictures, NUMPY)
    lines = (pictures / "labels.txt").read_text().splitlines()
    (pictures / "labels.txt").write_text("\n".join([*lines[:-1], "11.png 9"]))
    assert told(conduct(pictures, NUMPY))["shown"] == COUNT


def test_a_run_that_dies_leaves_the_others_and_goes_on_another_time(pictures, conduct, unruly):
    dying = RunSpec(1, "tiny", unruly, variant="tame")

    def kill(turns, event):
        if event.kind == "accuracy" and event.run == 1 and 1 not in turns.failed:
            turns.runners[1].kill()

    events = conduct(pictures, NUMPY, dying, react=kill)
    assert told(events, 0)["pictures"] == COUNT
    assert told(events, 1)["pictures"] == 4
    died = [event.data for event in events if event.run == 1 and event.data.get("status") == "failed"]
    assert "died (SIGKILL) while showing pictures to" in died[0]["message"]
    assert told(conduct(pictures, NUMPY, dying), 1)["shown"] == COUNT - 4


def test_the_turns_afterwards_have_their_own_input(pictures, tmp_path):
    events = []
    settings = AccuracySettings(str(pictures))
    turns = Turns(Plan((NUMPY,), input="cat", count=12, accuracy=settings), events.append, lambda run, pid: None)
    asked = []
    ask = turns._conductor.ask
    object.__setattr__(
        turns._conductor, "ask", lambda spec, do, **more: asked.append((do, more)) or ask(spec, do, **more)
    )
    turns.run()
    assert not turns.failed
    assert [do for do, _ in asked] == ["answers"] * 3 + ["inputs"]
    assert asked[-1][1]["path"].endswith("tiny.npy")
    kinds = [event.kind for event in events]
    assert max(place for place, kind in enumerate(kinds) if kind == "accuracy") < kinds.index("turn")


# ---- detectors


@pytest.fixture
def coco(tmp_path):
    """Two pictures, annotated with what the reference finds in them."""
    (tmp_path / "val2017").mkdir()
    (tmp_path / "annotations").mkdir()
    card, graph = zoo.card("yolov5n"), zoo.build("yolov5n")
    names = ("person", "bicycle", "car", "cat", "cup", "toothbrush")
    images, boxes = [], []
    for number, source in ((25, "cat.jpg"), (9, "coffee.jpg")):
        name = f"{number:012d}.jpg"
        shutil.copy(asset(source), tmp_path / "val2017" / name)
        pixels = read_picture(asset(source))
        size = pixels.shape[1], pixels.shape[0]
        images.append({"id": number, "file_name": name, "width": size[0], "height": size[1]})
        found = detections(reference.run(graph, prepare(pixels, card)), card, size, threshold=0.001, overlap=0.6)
        for one in [one for one in found if one.label not in ("",)][:5]:
            left, top, right, bottom = one.box
            edges = [left, top, right - left, bottom - top]
            if one.label not in names:
                names = (*names, one.label)
            boxes.append(
                {
                    "id": len(boxes),
                    "image_id": number,
                    "category_id": names.index(one.label) + 1,
                    "bbox": edges,
                    "area": edges[2] * edges[3],
                    "iscrowd": 0,
                }
            )
    categories = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
    content = {"images": images, "annotations": boxes, "categories": categories}
    (tmp_path / "annotations" / "instances_val2017.json").write_text(json.dumps(content))
    return tmp_path


def test_a_detector_finds_what_the_reference_finds(coco, conduct):
    pytest.importorskip("pycocotools")
    pytest.importorskip("ai_edge_litert")
    data = told(conduct(coco, RunSpec(0, "yolov5n", "litert")))
    assert data["pictures"] == 2 and "top1" not in data
    assert data["mean_ap"] > 0.9, "the surest boxes are those that are looked for"
    assert data["mean_ap50"] >= data["mean_ap"]
    again = told(conduct(coco, RunSpec(0, "yolov5n", "litert")))
    assert again["shown"] == 0 and again["mean_ap"] == data["mean_ap"]


def test_two_detectors_are_set_against_each_other_on_their_pictures(coco, conduct, monkeypatch):
    pytest.importorskip("pycocotools")
    pytest.importorskip("ai_edge_litert")
    runs = RunSpec(0, "yolov5n", "numpy"), RunSpec(1, "yolov5n", "litert")
    assert told(conduct(coco, *runs), 1)["pairs"] == [], "two pictures are too few"
    monkeypatch.setattr("edgetop.measure.judge.LEAST_PICTURES", 2)
    events = conduct(coco, *runs)
    difference = told(events, 0)["mean_ap"] - told(events, 1)["mean_ap"]
    assert [row[:3] + row[4:] for row in told(events, 1)["pairs"]] == [["map", 0, difference, 2]]


def test_a_picture_of_another_size_than_its_annotations_is_left_out(coco, conduct):
    pytest.importorskip("pycocotools")
    pytest.importorskip("ai_edge_litert")
    Image.new("RGB", (33, 44)).save(coco / "val2017" / "000000000009.jpg")
    data = told(conduct(coco, RunSpec(0, "yolov5n", "litert")))
    assert data["pictures"] == 1 and data["left_out"] == 1
    assert "it has 33 x 44 pixels, its annotations are of" in data["faults"][0][0]
