"""``edgetop run FILE``: a model file of one's own on a picture, with what the options say of it."""

import json

import pytest


@pytest.fixture
def own(edgetop, tmp_path):
    """Writes a model of the zoo as if it were the user's own file, and gives its path."""

    def write(model, format, name):
        done = edgetop("models", "write", model, "--format", format, "-o", name)
        assert done.returncode == 0, done.stderr
        return f"./{name}"

    return write


def run(edgetop, *arguments):
    done = edgetop("run", *arguments, "--duration", "0.3", "--no-record", "--json", "-")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


def test_a_file_sees_the_cat_with_imagenets_labels(edgetop, own):
    path = own("efficientnet_lite0", "tflite", "mine.tflite")
    (result,) = run(edgetop, path, "--on", "litert", "--input", "cat", "--values", "symmetric")
    assert "cat" in result["outputs"]["top5"][0][0] or "tabby" in result["outputs"]["top5"][0][0]
    assert result["precision"] == "fp32"


def test_labels_of_ones_own_are_used(edgetop, own, tmp_path):
    (tmp_path / "names.txt").write_text("".join(f"thing {n}\n" for n in range(1000)))
    path = own("efficientnet_lite0", "tflite", "mine.tflite")
    options = ("--input", "coffee", "--values", "symmetric", "--labels", "names.txt")
    (result,) = run(edgetop, path, "--on", "litert", *options)
    assert result["outputs"]["top5"][0][0] == "thing 967"  # espresso


@pytest.mark.parametrize(
    ("format", "framework", "module"), [("tflite", "litert", "ai_edge_litert"), ("onnx", "onnxruntime", "onnxruntime")]
)
def test_an_int8_file_tells_its_own_precision(format, framework, module, edgetop):
    pytest.importorskip(module)
    name = f"mine.{format}"
    done = edgetop("models", "write", "tiny", "--format", format, "--precision", "int8", "-o", name)
    assert done.returncode == 0, done.stderr
    (result,) = run(edgetop, f"./{name}", "--on", framework)
    assert result["precision"] == "int8"


def test_a_torchscript_file_runs_with_its_shape_said(edgetop, own):
    pytest.importorskip("torch")
    path = own("tiny", "torchscript", "mine.pt")
    (result,) = run(edgetop, path, "--on", "torch", "--input-shape", "1,3,32,32")
    assert result["latency_s"]["n"] > 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--input", "cat"), "--values"),
        (("--input", "cat", "--values", "bytes"), "symmetric"),
        (("--precision", "int8"), "Leave out --precision"),
        (("--labels", "nothing.txt"), "nothing.txt"),
        (("--input-shape", "1,a"), "--input-shape"),
    ],
)
def test_what_cannot_be_is_refused(edgetop, refused, own, options, says):
    path = own("tiny", "tflite", "mine.tflite")
    assert says in refused(edgetop("run", path, "--on", "litert", *options, "--headless"))


def test_a_model_of_the_zoo_takes_no_such_options(edgetop, refused):
    assert "--values" in refused(edgetop("run", "tiny", "--on", "null", "--values", "unit", "--headless"))
