"""models import and forget: trained weights for a model of the zoo, in every framework, and back again."""

import json

import numpy as np
import pytest

from edgetop.networks import zoo
from edgetop.networks.imports import safetensors


def doubled(name, path):
    """A file of weights for a model, its biases twice those it comes with."""
    arrays = {}
    for node in zoo.build_shipped(name).nodes:
        if node.weight_shape:
            arrays[f"{node.name}.weight"], arrays[f"{node.name}.bias"] = node.weight, np.float32(2) * node.bias
    path.write_bytes(safetensors.write(arrays))
    return path


@pytest.fixture
def weights(tmp_path):
    return doubled("tiny", tmp_path / "trained.safetensors")


@pytest.fixture
def squeezenet(tmp_path):
    return doubled("squeezenet1_1", tmp_path / "squeezenet.safetensors")


def run(edgetop, *arguments):
    done = edgetop("run", "squeezenet1_1", "--count", "20", "--no-record", "--json", "-", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["results"]


def test_imported_weights_are_run_by_all_and_told(edgetop, squeezenet):
    pytest.importorskip("ai_edge_litert")
    pytest.importorskip("cv2")
    before = run(edgetop, "--on", "litert", "--input", "cat")
    assert any("seeded" in warning for warning in before[0]["warnings"])
    done = edgetop("models", "import", "squeezenet1_1", "squeezenet.safetensors")
    assert done.returncode == 0, done.stderr
    assert "squeezenet.safetensors" in done.stdout and "edgetop models forget squeezenet1_1" in done.stdout
    results = run(edgetop, "--on", "litert,caffe", "--input", "cat")
    assert [result["framework"] for result in results] == ["litert", "caffe"]
    for result in results:
        assert result["outputs"]["top5"]
        assert not any("seeded" in warning for warning in result["warnings"])
    assert results[1]["outputs"]["agreement"] < 1e-5


def test_weights_of_a_network_that_only_has_the_same_tensors_are_warned_of(edgetop, tmp_path):
    doubled("efficientnet_b0", tmp_path / "tf_efficientnet_b0.safetensors")
    (tmp_path / "b0.safetensors").symlink_to("tf_efficientnet_b0.safetensors")
    done = edgetop("models", "import", "efficientnet_b0", "tf_efficientnet_b0.safetensors")
    assert done.returncode == 0 and "timm's tf_efficientnet_b0" in done.stderr
    assert edgetop("models", "import", "efficientnet_b0", "b0.safetensors").stderr == ""


def test_a_forgotten_model_is_as_it_was(edgetop, weights):
    assert edgetop("models", "import", "tiny", weights).returncode == 0
    done = edgetop("models", "forget", "tiny")
    assert (done.returncode, "seeded: speed only" in done.stdout) == (0, True)
    assert "already" in edgetop("models", "forget", "tiny").stdout


def listed(edgetop, name):
    done = edgetop("list", "models", "--json")
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}[name]["weights"]


def test_the_list_tells_where_weights_are_from_and_that_they_are_damaged(edgetop, refused, squeezenet, tmp_path):
    assert edgetop("models", "import", "squeezenet1_1", squeezenet).returncode == 0
    assert listed(edgetop, "squeezenet1_1") == "imported: squeezenet.safetensors"
    (tmp_path / "data" / "edgetop" / "weights" / "squeezenet1_1.json").write_text("{")
    assert listed(edgetop, "squeezenet1_1") == "imported, but damaged"
    line = refused(edgetop("run", "squeezenet1_1", "--on", "null", "--headless"))
    assert "damaged" in line and "edgetop models forget squeezenet1_1" in line
    assert edgetop("models", "forget", "squeezenet1_1").returncode == 0
    assert listed(edgetop, "squeezenet1_1") == "seeded: speed only"


def test_weights_of_another_model_are_refused_with_a_tensor_named(edgetop, refused, weights):
    line = refused(edgetop("models", "import", "squeezenet1_1", weights))
    assert "squeezenet1_1" in line and ".weight is missing" in line
    assert listed(edgetop, "squeezenet1_1") == "seeded: speed only"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("import", "tiny", "none.pth"), "none.pth"),
        (("import", "tinny", "none.pth"), "tinny"),
        (("import", "gemm_256", "none.pth"), "gemm_256"),
        (("import", "tiny"), "FILE"),
        (("forget", "tinny"), "tinny"),
        ((), "write|import|forget"),
    ],
)
def test_what_cannot_be_imported_or_forgotten_is_refused_in_one_line(arguments, word, edgetop, refused):
    assert word in refused(edgetop("models", *arguments))
