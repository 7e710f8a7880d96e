"""``edgetop accuracy`` and ``edgetop run --accuracy``: figures, what is refused before it begins, bad pictures."""

import json
import os
import shutil

import pytest
from PIL import Image

from edgetop.config import asset

MODEL = "efficientnet_lite0"


@pytest.fixture
def pictures(tmp_path):
    """A cat, a coffee in grey, in CMYK and in very large, and a coffee that is called a cat."""
    pytest.importorskip("ai_edge_litert")
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(asset("cat.jpg"), folder / "cat.jpg")
    coffee = Image.open(asset("coffee.jpg"))
    coffee.convert("L").save(folder / "grey.jpg")
    coffee.convert("CMYK").save(folder / "cmyk.jpg")
    coffee.resize((3000, 2000)).save(folder / "large.jpg")
    coffee.save(folder / "wrong.jpg")
    lines = ["cat.jpg 282", "grey.jpg espresso", "cmyk.jpg 967", "large.jpg 967", "wrong.jpg tiger cat"]
    (folder / "labels.txt").write_text("\n".join(lines))
    return folder


@pytest.fixture
def own_cache(tmp_path):
    """The models that are written already, and no answers of before."""
    known = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = tmp_path / "cache" / "edgetop"
    cache.mkdir(parents=True)
    models = os.path.join(known, "edgetop", "models")
    os.makedirs(models, exist_ok=True)
    (cache / "models").symlink_to(models)
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def test_quantised_against_not_is_one_command(edgetop, pictures, own_cache):
    options = ("--on", "litert", "--precision", "fp32,int8", "--data", pictures)
    done = edgetop("accuracy", MODEL, *options, "--json", "a.json", **own_cache)
    assert done.returncode == 0, done.stderr
    assert "LiteRT fp32" in done.stdout and "LiteRT int8" in done.stdout
    assert "80.00 % (37.55 to 96.38)" in done.stdout
    assert "no difference between LiteRT fp32 and LiteRT int8 that these pictures can tell" in " ".join(
        done.stdout.split()
    )
    assert "labelled pictures, all 5 pictures, list" in done.stdout
    again = edgetop("accuracy", MODEL, *options, "--json", "-", **own_cache)
    told = json.loads(again.stdout)
    whole, quantised = (run["accuracy"] for run in told["results"])
    assert told["valid"] and whole["pictures"] == quantised["pictures"] == 5
    assert whole["top1"] == 0.8 and whole["top1_ci95"] == pytest.approx((0.3755, 0.9638), abs=1e-4)
    assert whole["preprocessing_sha256"] == quantised["preprocessing_sha256"] != ""
    assert {verdict["of"] for verdict in told["comparison"]} >= {"accuracy"}


def test_in_a_run_it_comes_first_and_a_replay_repeats_it(edgetop, pictures, own_cache):
    run = ("run", MODEL, "--on", "litert", "--accuracy", pictures, "--first", "3", "--count", "20", "--headless")
    done = edgetop(*run, "--record", "a.edgetop", **own_cache)
    assert done.returncode == 0, done.stderr
    assert "top-1" in done.stdout and "100.00 % (43.85 to 100.00)" in done.stdout
    assert "the first 3 of 5 pictures" in done.stdout and "p50" in done.stdout
    assert edgetop("replay", "a.edgetop").stdout == done.stdout


def test_a_bad_picture_is_named_and_the_exit_code_says_so(edgetop, pictures, own_cache):
    (pictures / "grey.jpg").write_bytes(b"\xff\xd8\xff damaged")
    (pictures / "large.jpg").unlink()
    done = edgetop("accuracy", MODEL, "--on", "litert", "--data", pictures, **own_cache)
    assert done.returncode == 1
    assert "66.67 %" in done.stdout
    assert "pictures left out, 2: grey.jpg: cannot read" in done.stdout.replace("\n", " ")
    assert "2 pictures of the data set could not be read" in done.stderr.splitlines()[-1]


def test_interrupted_it_says_how_far_it_came_and_goes_on(edgetop, pictures, own_cache):
    options = ("accuracy", MODEL, "--on", "litert", "--data", pictures)
    edgetop(*options, "--first", "2", **own_cache)
    done = edgetop(*options, "--json", "-", **own_cache)
    assert json.loads(done.stdout)["results"][0]["accuracy"]["pictures"] == 5


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("accuracy", "mobilenet_v2"), "mobilenet_v2 are seeded: they are random, and accuracy means nothing"),
        (("run", "yolov5n", "--accuracy"), "yolov5n are seeded"),
        (("accuracy", "gemm_256"), "gemm_256 tells nothing of pictures"),
        (("accuracy", MODEL, "--first", "-3"), "The first -3 pictures"),
        (("accuracy", MODEL, "--annotations", "none.txt"), "no file at none.txt"),
        (("accuracy", MODEL, "--on", "null"), "The null framework answers nothing"),
    ],
)
def test_what_means_nothing_is_refused(edgetop, refused, pictures, arguments, told):
    data = (pictures,) if arguments[-1] == "--accuracy" else ("--data", pictures)
    on = () if "--on" in arguments else ("--on", "litert")
    assert told in refused(edgetop(*arguments, *data, *on))


def test_a_wrong_list_is_refused_with_its_line_before_anything_runs(edgetop, refused, pictures):
    with open(pictures / "labels.txt", "a") as file:
        file.write("\ncat2.jpg 1000\n")
    line = refused(edgetop("accuracy", MODEL, "--on", "litert", "--data", pictures))
    assert "labels.txt, line 6: class 1000, and there are 1000, from 0 to 999" in line


def test_a_file_of_ones_own_needs_its_values_told(edgetop, refused, pictures, tmp_path):
    edgetop("models", "write", "tiny", "--format", "tflite", "-o", "own.tflite")
    line = refused(edgetop("accuracy", "own.tflite", "--on", "litert", "--data", pictures))
    assert "What values a model file of your own wants" in line and "--values" in line


def test_a_file_of_ones_own_with_labels_of_its_own(edgetop, pictures, own_cache, tmp_path):
    edgetop("models", "write", "tiny", "--format", "tflite", "-o", "own.tflite")
    (tmp_path / "names.txt").write_text("\n".join(f"kind{n}" for n in range(10)))
    (pictures / "labels.txt").write_text("cat.jpg kind3\nwrong.jpg 4\n")
    options = ("--values", "symmetric", "--labels", "names.txt", "--data", pictures, "--json", "-")
    done = edgetop("accuracy", "own.tflite", "--on", "litert", *options, **own_cache)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["accuracy"]["pictures"] == 2


def test_a_file_of_other_classes_than_the_list_fails_in_words(edgetop, pictures, own_cache):
    edgetop("models", "write", "tiny", "--format", "tflite", "-o", "own.tflite")
    done = edgetop("accuracy", "own.tflite", "--on", "litert", "--values", "unit", "--data", pictures, **own_cache)
    assert done.returncode == 1
    assert "no class is called 'espresso'" in done.stderr or "class 282, and there are 10" in done.stderr
