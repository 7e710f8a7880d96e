"""Files with fp16 weights: nearly the same answers from half the bytes."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.networks import zoo
from edgetop.networks.builder import Builder
from edgetop.networks.writers import WRITERS, write
from edgetop.networks.writers.half import half

FORMATS = [format for format in WRITERS if "fp16" in WRITERS[format]]
NAMES = [name for name in (*zoo.names(), "tiny") if zoo.card(name).task == "classification"]
FRAMEWORKS = ["litert", "tflite", "onnxruntime", "ncnn"]
TOLERANCE = 5e-3

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.zoo
@pytest.mark.parametrize("framework_of_many", FRAMEWORKS, indirect=True)
@pytest.mark.parametrize("name", [*NAMES, "gemm_256"])
def test_half_the_digits_give_nearly_the_same_answer(name, framework, built, contents):
    format, run = framework
    graph = built(name)
    picture = np.random.default_rng(3).normal(size=graph.input_shape).astype(np.float32)
    whole = run(contents(name, format), picture)
    halved = run(write(graph, format, "fp16"), picture)
    difference = np.abs(halved - whole).max() / max(1.0, np.abs(whole).max())
    assert difference <= TOLERANCE
    assert difference > 0 or zoo.card(name).trained  # weights that ship in fp16 lose nothing


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_half_as_large(format, built, contents):
    halved = write(built("mobilenet_v2"), format, "fp16")
    assert sum(map(len, halved)) < 0.51 * sum(map(len, contents("mobilenet_v2", format)))


@pytest.mark.parametrize("framework_of_many", FRAMEWORKS, indirect=True)
def test_every_operator_is_written_in_fp16_too(every_operator, framework):
    format, run = framework
    graph, picture = every_operator
    whole, halved = run(write(graph, format), picture), run(write(graph, format, "fp16"), picture)
    assert np.abs(halved - whole).max() < TOLERANCE


def test_numbers_are_rounded_to_the_nearest():
    assert half("w", np.array([1.0, 1 + 2**-11 + 2**-14, 65504.0], np.float32)).tolist() == [1.0, 1 + 2**-10, 65504.0]
    assert half("none", np.zeros(0, np.float32)).size == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_weight_beyond_fp16_is_refused_by_name(format, weighted):
    b = Builder("one", (3, 8, 8))
    b.conv("conv", "input", 4, 1)
    graph, _ = weighted(b)
    graph.node("conv").weight[0] = 7e4
    with pytest.raises(ValueError, match="conv_weight: 70000"):
        write(graph, format, "fp16")
